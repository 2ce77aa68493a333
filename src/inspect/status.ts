// What `ecr-xacct status` does: it prints the overview once, or with --watch again and again.
import { errorLine } from '../errors.ts';
import type { Run } from '../invocation.ts';
import { printableJson } from '../terminal/printable-json.ts';
import { screenOf } from '../terminal/screen.ts';
import { type Overview, overviewOf } from './overview.ts';
import { overviewText } from './overview-text.ts';
import { withTilde } from './tilde.ts';

export interface StatusOptions {
  json?: true;
  watch?: true;
}

/** @returns whether nothing needs the user; with `watch`, true. */
export async function showStatus(options: StatusOptions, { invocation, streams }: Run): Promise<boolean> {
  const { env } = invocation;
  const screen = () => screenOf(streams.stdout, env);
  const text = (overview: Overview) =>
    options.json
      ? printableJson({ daemon: null, ...overview })
      : overviewText(withTilde(overview, env.HOME), screen(), Date.now());
  if (options.watch) {
    const { watch } = await import('../terminal/watch.ts');
    // The next round may succeed.
    const draw = () =>
      overviewOf(invocation, Date.now()).then(text, (error: unknown) => `${errorLine(error)}\n`);
    await watch(draw, streams, options.json ? undefined : screen);
    return true;
  }
  const overview = await overviewOf(invocation, Date.now());
  streams.stdout.write(text(overview));
  return overview.isReady;
}
