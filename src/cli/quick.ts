// Runs the most frequent command lines without the parser, because loading it takes as long as all the rest.
import { parseRegistryOrImage } from '../docker/server-url.ts';
import type { Run } from '../invocation.ts';

/** @returns the exit status; undefined if the command line needs the parser. @throws XacctError */
export async function runQuickly(args: readonly string[], run: Run): Promise<number | undefined> {
  const [command = 'status', first = '', ...others] = args;
  if (command === 'status' && (first === '' || first === '--json') && others.length === 0) {
    // An empty word is wrong usage.
    if (args.length === 2 && first === '') return undefined;
    const { showStatus } = await import('../inspect/status.ts');
    return (await showStatus(first === '--json' ? { json: true } : {}, run)) ? 0 : 1;
  }
  const url = command === 'explain' && others.length === 0 ? parseRegistryOrImage(first) : undefined;
  if (url === undefined) return undefined;
  const { showExplanation } = await import('../inspect/explain.ts');
  return (await showExplanation(url.hostname, {}, run)) ? 0 : 1;
}
