// A record of a client's calls to its credential helper: a script with the helper's name that runs the helper.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workplace } from './workplace.ts';

export interface RecordedCalls {
  /** Makes programs find the script first. */
  readonly env: Readonly<Record<string, string>>;
  /** Since the last call: action and input of each call, such as `get HOST`, in no order. */
  taken(): Promise<string[]>;
}

/** One file for each call, because two may run at once. */
export async function recordCalls({ home, path }: Workplace): Promise<RecordedCalls> {
  const [bin, calls] = [join(home, 'bin'), join(home, 'calls')];
  for (const folder of [bin, calls]) await mkdir(folder);
  const script = `#!/bin/sh
PATH=\${PATH#*:}
call=${calls}/$$
printf '%s ' "$1" >"$call"
tee -a "$call" | docker-credential-ecr-xacct "$1"
`;
  await writeFile(join(bin, 'docker-credential-ecr-xacct'), script, { mode: 0o755 });
  return {
    env: { PATH: `${bin}:${path}` },
    taken: async () => {
      const files = (await readdir(calls)).map((name) => join(calls, name));
      const read = await Promise.all(files.map((file) => readFile(file, 'utf8')));
      for (const file of files) await rm(file);
      return read;
    },
  };
}
