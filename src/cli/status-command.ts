// `ecr-xacct status`: whether the daemon runs, and what it holds.
import { NO_DAEMON_ON_WINDOWS } from '../client/reach-daemon.ts';
import { errorLine } from '../errors.ts';
import { askOwnDaemon, readStatus } from './ask-own-daemon.ts';
import { type CommandContext, daemonAddress } from './command.ts';
import { withoutControls } from './printable-json.ts';
import type { Screen } from './screen.ts';

export function statusCommand({ program, front, streams, setStatus }: CommandContext): void {
  const asJson = async () => withoutControls((await askOwnDaemon(front, 'status')) ?? 'null\n');
  const asText = async (screen: Screen) => {
    if (front.uid === undefined) return `No daemon is running: ${NO_DAEMON_ON_WINDOWS}.\n`;
    const path = daemonAddress(front).path;
    const text = await askOwnDaemon(front, 'status');
    if (text === undefined) return `No daemon is running (socket: ${path}).\n`;
    const { statusText } = await import('./status-text.ts');
    return statusText(readStatus(text), path, screen, Date.now());
  };
  program
    .command('status')
    .description('show whether the daemon runs and what it holds; exits with 1 if it does not run')
    .option('--json', 'print JSON')
    .option('--watch', 'show it again every two seconds, until q or Ctrl-C')
    .addHelpText('after', '\nExample: ecr-xacct status --watch')
    .action(async (options: { json?: boolean; watch?: boolean }) => {
      const { screenOf } = await import('./screen.ts');
      const screen = () => screenOf(streams.stdout, front.env);
      const print = async () => (options.json ? await asJson() : await asText(screen()));
      if (options.watch) {
        const { watch } = await import('./watch.ts');
        // A daemon that does not answer now may do so next time.
        const draw = () => print().catch((error: unknown) => `${errorLine(error)}\n`);
        await watch(draw, streams, options.json ? undefined : screen);
        return;
      }
      const isRunning = (await askOwnDaemon(front, 'status')) !== undefined;
      if (!isRunning) setStatus(1);
      streams.stdout.write(await print());
    });
}
