// `ecr-xacct daemon run|stop|status`.
import { InvalidArgumentError, Option } from 'commander';
import { type Asked, askDaemon } from '../client/ask-daemon.ts';
import { beginDaemon } from '../daemon/begin-daemon.ts';
import type { DaemonStatus } from '../daemon/daemon-actions.ts';
import { XacctError } from '../errors.ts';
import type { Response } from '../wire/codec.ts';
import { type CommandContext, daemonAddress } from './command.ts';

const ANSWER_DEADLINE_MS = 5_000;

export function daemonCommand({ program, front, version, streams, setStatus }: CommandContext): void {
  const { stdout } = streams;
  const ask = async (action: 'stop' | 'status') => {
    const { path, uid } = daemonAddress(front);
    return { path, asked: await askDaemon(path, uid, { action, env: {}, input: '' }, ANSWER_DEADLINE_MS) };
  };
  const command = program
    .command('daemon')
    .description('the per-user daemon that keeps tokens in memory; the first pull starts it')
    .helpCommand(false);
  command
    .command('run')
    .description('run it in the foreground until it is stopped')
    .addOption(
      // For whoever starts it in the background.
      new Option('--ready-fd <fd>', 'write "ready" to this file descriptor once it answers')
        .argParser(fileDescriptor)
        .hideHelp(),
    )
    .addHelpText('after', '\nExample: ecr-xacct daemon run')
    .action(async ({ readyFd }: { readyFd?: number }) => {
      await beginDaemon(front.self, {
        env: front.env,
        uid: daemonAddress(front).uid,
        version,
        readyFd,
        onListening: (daemon) => {
          if (readyFd !== undefined) return;
          stdout.write(
            daemon === undefined
              ? 'A daemon is running already; see: ecr-xacct daemon status\n'
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
      const { asked } = await ask('stop');
      if (isAnswer(asked)) stdout.write('The daemon has stopped.\n');
      else if (asked === 'absent') stdout.write('No daemon is running.\n');
      else throw misunderstood();
    });
  command
    .command('status')
    .description('say whether it runs and what it holds; exit status 1 where it does not run')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample: ecr-xacct daemon status --json')
    .action(async ({ json }: { json?: boolean }) => {
      const { asked, path } = await ask('status');
      if (isAnswer(asked)) {
        stdout.write(
          json ? asked.text : statusText(JSON.parse(asked.text) as DaemonStatus, path, Date.now()),
        );
      } else if (asked === 'absent') {
        stdout.write(json ? 'null\n' : `No daemon is running (socket: ${path}).\n`);
        setStatus(1);
      } else throw misunderstood();
    });
}

function isAnswer(asked: Asked): asked is Response {
  return typeof asked === 'object' && asked.outcome === 'success';
}

/** It closed without an answer, or is of a version that knows another protocol. */
function misunderstood(): XacctError {
  return new XacctError('daemon', 'the daemon did not understand', {
    hint: "run: pkill -f 'ecr-xacct.* daemon run'",
  });
}

function fileDescriptor(text: string): number {
  const fd = Number(text);
  if (/^\d{1,4}$/.test(text) && fd > 2) return fd;
  throw new InvalidArgumentError('It must be a number above 2.');
}

function statusText(status: DaemonStatus, path: string, now: number): string {
  const lines = [
    `daemon   ${status.version}, pid ${status.pid}, up ${duration(now - status.startedAt)}, ${Math.round(status.rss / 1024 / 1024)} MB`,
    `socket   ${path}`,
    `tokens   ${status.tokens.length}`,
  ];
  for (const { hostnames, expiresAt, served } of status.tokens) {
    lines.push(`  expires in ${duration(expiresAt - now)}, served ${served} ×: ${hostnames.join(', ')}`);
  }
  lines.push(
    `logins   ${status.logins.length}${status.logins.length > 0 ? `: ${status.logins.join(', ')}` : ''}`,
  );
  return `${lines.join('\n')}\n`;
}

/** As in `11 h 43 min`. */
function duration(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  if (minutes === 0) return `${Math.max(0, Math.floor(milliseconds / 1_000))} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
