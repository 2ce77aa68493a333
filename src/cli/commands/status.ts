// `ecr-xacct status`: whether the daemon runs, and what it holds.

import { askOwnDaemon, daemonAddress, readStatus } from '../../client/ask-own-daemon.ts';
import { NO_DAEMON_ON_WINDOWS } from '../../client/reach-daemon.ts';
import { errorLine } from '../../errors.ts';
import { withoutControls } from '../../terminal/printable-json.ts';
import type { Screen } from '../../terminal/screen.ts';
import type { CommandContext } from '../command.ts';

export function statusCommand({ program, invocation, streams, setStatus }: CommandContext): void {
  const asJson = async () => withoutControls((await askOwnDaemon(invocation, 'status')) ?? 'null\n');
  const asText = async (screen: Screen) => {
    if (invocation.uid === undefined) return `No daemon is running: ${NO_DAEMON_ON_WINDOWS}.\n`;
    const path = daemonAddress(invocation).path;
    const text = await askOwnDaemon(invocation, 'status');
    if (text === undefined) return `No daemon is running (socket: ${path}).\n`;
    const { statusText } = await import('../../status/status-text.ts');
    return statusText(readStatus(text), path, screen, Date.now());
  };
  program
    .command('status')
    .description('show whether the daemon runs and what it holds; exits with 1 if it does not run')
    .option('--json', 'print JSON')
    .option('--watch', 'show it again every two seconds, until q or Ctrl-C')
    .addHelpText('after', '\nExample: ecr-xacct status --watch')
    .action(async (options: { json?: boolean; watch?: boolean }) => {
      const { screenOf } = await import('../../terminal/screen.ts');
      const screen = () => screenOf(streams.stdout, invocation.env);
      const print = async () => (options.json ? await asJson() : await asText(screen()));
      if (options.watch) {
        const { watch } = await import('../../terminal/watch.ts');
        // A daemon that does not answer now may do so next time.
        const draw = () => print().catch((error: unknown) => `${errorLine(error)}\n`);
        await watch(draw, streams, options.json ? undefined : screen);
        return;
      }
      const isRunning = (await askOwnDaemon(invocation, 'status')) !== undefined;
      if (!isRunning) setStatus(1);
      streams.stdout.write(await print());
    });
}
