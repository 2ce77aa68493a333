// What `ecr-xacct status` does: asks the daemon what it holds, and shows it, with --watch again and again.
import { askOwnDaemon, daemonAddress, readStatus } from '../client/ask-own-daemon.ts';
import { NO_DAEMON_ON_WINDOWS } from '../client/reach-daemon.ts';
import { errorLine } from '../errors.ts';
import type { Invocation, Run } from '../invocation.ts';
import { withoutControls } from '../terminal/printable-json.ts';
import { type Screen, screenOf } from '../terminal/screen.ts';
import { watch } from '../terminal/watch.ts';
import { statusText } from './status-text.ts';

export interface StatusOptions {
  json?: true;
  watch?: true;
}

/** @returns whether the daemon runs; with `watch`, true. @throws XacctError */
export async function showStatus(options: StatusOptions, { invocation, streams }: Run): Promise<boolean> {
  const screen = () => screenOf(streams.stdout, invocation.env);
  const ask = async () => {
    const status = await askOwnDaemon(invocation, 'status');
    const text = options.json
      ? withoutControls(status ?? 'null\n')
      : shownStatus(status, invocation, screen());
    return { isRunning: status !== undefined, text };
  };
  if (options.watch) {
    // A daemon that does not answer now may do so next time.
    const draw = () =>
      ask().then(
        ({ text }) => text,
        (error: unknown) => `${errorLine(error)}\n`,
      );
    await watch(draw, streams, options.json ? undefined : screen);
    return true;
  }
  const { isRunning, text } = await ask();
  streams.stdout.write(text);
  return isRunning;
}

function shownStatus(status: string | undefined, invocation: Invocation, screen: Screen): string {
  if (invocation.uid === undefined) return `No daemon is running: ${NO_DAEMON_ON_WINDOWS}.\n`;
  const { path } = daemonAddress(invocation);
  if (path === undefined)
    return 'No daemon is running: the path of its socket is longer than the system allows.\n';
  if (status === undefined) return `No daemon is running (socket: ${path}).\n`;
  return statusText(readStatus(status), path, screen, Date.now());
}
