// Groups unit tests into one process for each processor: most of a test file's cost is starting a process and loading
// modules.
import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Disposing removes the files. */
export interface Groups extends Disposable {
  /** Absolute paths of modules for node:test, one for each processor, that load the tests. */
  readonly files: readonly string[];
}

/** `paths` are absolute. The tests of a group share a process, so no test may leave state that another sees. */
export function groupTests(paths: readonly string[]): Groups {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'unit-groups-'));
  const count = Math.min(availableParallelism(), paths.length);
  const files = Array.from({ length: count }, (_, group) => {
    const file = join(folder.path, `${group}.mjs`);
    writeFileSync(
      file,
      entry(paths.filter((_, index) => index % count === group).map((path) => pathToFileURL(path).href)),
    );
    return file;
  });
  return { files, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** If a file cannot be loaded, that is a failed test, and the others run. */
function entry(urls: readonly string[]): string {
  return `import { test } from 'node:test';
for (const url of ${JSON.stringify(urls)})
  await import(url).catch((error) => test(url, () => Promise.reject(error)));
`;
}
