// `ecr-xacct daemon run|stop`: the options. The code behind them is loaded when they run.
import { InvalidArgumentError, Option } from 'commander';
import type { CommandContext } from '../command.ts';

export function daemonCommand({ program, invocation, version, streams }: CommandContext): void {
  const command = program
    .command('daemon')
    .description('the per-user daemon that keeps tokens in memory; the first pull starts it')
    .helpCommand(false)
    .addHelpText('after', '\nExample: ecr-xacct daemon stop');
  command
    .command('run')
    .description('run it in the foreground until it is stopped')
    .addOption(
      // Used by the program that starts the daemon in the background.
      new Option('--ready-fd <fd>', 'write "ready" to this file descriptor once it answers')
        .argParser(fileDescriptor)
        .hideHelp(),
    )
    .addHelpText('after', '\nExample: ecr-xacct daemon run')
    .action(async ({ readyFd }: { readyFd?: number }) => {
      const { daemonAddress } = await import('../../client/ask-own-daemon.ts');
      const { beginDaemon } = await import('../../daemon/begin-daemon.ts');
      await beginDaemon(invocation.self, {
        env: invocation.env,
        uid: daemonAddress(invocation).uid,
        version,
        readyFd,
        onListening: (daemon) => {
          if (readyFd !== undefined) return;
          streams.stdout.write(
            daemon === undefined
              ? 'A daemon is running already; see: ecr-xacct status\n'
              : `ecr-xacct ${version} listens on ${daemon.path} (log: ${daemon.log ?? 'none'})\n`,
          );
        },
      });
    });
  command
    .command('stop')
    .description('stop it; every token it holds is gone')
    .addHelpText('after', '\nExample: ecr-xacct daemon stop')
    .action(async () => {
      const { askOwnDaemon } = await import('../../client/ask-own-daemon.ts');
      const stopped = await askOwnDaemon(invocation, 'stop');
      streams.stdout.write(stopped === undefined ? 'No daemon is running.\n' : 'The daemon has stopped.\n');
    });
}

function fileDescriptor(text: string): number {
  const fd = Number(text);
  if (/^\d{1,4}$/.test(text) && fd > 2) return fd;
  throw new InvalidArgumentError('It must be a number above 2.');
}
