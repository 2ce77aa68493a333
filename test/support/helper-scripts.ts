// A test's credential helpers that are shell scripts, in a folder for PATH.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Disposing removes the folder. */
export interface HelperScripts extends AsyncDisposable {
  /** The folder has only this test's files: its name identifies processes. */
  readonly folder: string;
  /** The folder of the scripts, and the system's folders that they need. */
  readonly PATH: string;
  /** Writes `docker-credential-NAME`, a script for a POSIX shell. @returns its path. */
  write(name: string, script: string): Promise<string>;
}

export async function makeHelperScripts(): Promise<HelperScripts> {
  const folder = await mkdtemp(join(tmpdir(), 'helper-scripts-'));
  const bin = join(folder, 'bin');
  await mkdir(bin);
  return {
    folder,
    PATH: `${bin}:/usr/bin:/bin`,
    write: async (name, script) => {
      const path = join(bin, `docker-credential-${name}`);
      await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      return path;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A helper that keeps a file for each server URL in this folder, as `pass` does. */
export function fileStore(folder: string): string {
  return `cd '${folder}' || exit 2
name() { printf '%s' "$1" | od -An -tx1 | tr -d ' \\n'; }
case $1 in
get) read -r url; f=$(name "$url"); [ -f "$f" ] && exec cat "$f"; echo 'credentials not found in native keychain'; exit 1 ;;
store) read -r json; url=\${json#*'"ServerURL":"'}; url=\${url%%'"'*}; printf '%s\\n' "$json" >"$(name "$url")" ;;
erase) read -r url; rm "$(name "$url")" 2>/dev/null || { echo "there is no $url"; exit 1; } ;;
list) cat list 2>/dev/null || echo '{}' ;;
esac`;
}
