// Another program that writes logins repeatedly, as `docker login` does: node other-login.ts FILE COUNT rename|in-place
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const [file = '', count = '', how] = process.argv.slice(2);

/** Writing to the disk takes some milliseconds, which paces the program without a timer. */
function upToTheDisk(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
  const fd = openSync(path, 'r');
  fsyncSync(fd);
  closeSync(fd);
}

for (let number = 0; number < Number(count); number += 1) {
  // Three times each, so that not every change comes between a read and a write.
  for (const _ of [1, 2, 3]) upToTheDisk(`${file}.pace`, `${number}`);
  const config = JSON.parse(readFileSync(file, 'utf8'));
  config.auths = { ...config.auths, [`registry-${number}.example`]: { auth: 'bm8tc2VjcmV0' } };
  const text = JSON.stringify(config, undefined, '\t');
  if (how === 'in-place') writeFileSync(file, text);
  else {
    writeFileSync(`${file}.login`, text, { mode: 0o600 });
    renameSync(`${file}.login`, file);
  }
}
