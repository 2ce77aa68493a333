// Owns a record of what a client asks its credential helper: a script of the helper's name in front of the helper.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workplace } from './workplace.ts';

export interface RecordedCalls {
  /** Has the programs that run with it find the script first. */
  readonly env: Readonly<Record<string, string>>;
  /** Since the last time: action and input, such as `get HOST`, of each call, in no order. */
  taken(): Promise<string[]>;
}

/** A file for each call: two may come at once. */
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
