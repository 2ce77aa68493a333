// `ecr-xacct daemon run`, apart from the other commands: whatever it loads stays in memory as long as the daemon.
import type { Writable } from 'node:stream';
import type { Front } from '../client/answer.ts';
import { runDaemon } from '../daemon/run-daemon.ts';

/**
 * Runs the daemon until it ends. `readyFd` is where whoever started it in the background waits for "ready"; without one, a
 * person is told on stdout. @throws XacctError `socket-unsafe`.
 */
export async function daemonRunCommand(
  front: Front,
  uid: number,
  version: string,
  stdout: Writable,
  readyFd: number | undefined,
): Promise<void> {
  await runDaemon({
    self: front.self,
    env: front.env,
    uid,
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
}
