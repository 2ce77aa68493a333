// The daemon's log: what was asked and what came of it, never a secret; rotated by size.
import { renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Logger, pino } from 'pino';
import { logPath } from '../config/paths.ts';
import { makePrivateFolder } from '../wire/private-folder.ts';

/** One old file of this size is kept beside the log. */
const MAX_BYTES = 1024 * 1024;

export interface DaemonLog {
  logger: Logger;
  /** Undefined where there is no log: no home folder, or it cannot be written. */
  file: string | undefined;
  /** Starts a new file where this one has grown too large. */
  rotate(): void;
}

/** Opens `daemon.log`, 0600; `ECR_XACCT_LOG` is its level (`info` where it is none of pino's). */
export function openLog(env: Readonly<Record<string, string | undefined>>): DaemonLog {
  const level = env.ECR_XACCT_LOG ?? 'info';
  const options = {
    level: Object.hasOwn(pino.levels.values, level) ? level : 'info',
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  const file = logPath(env);
  if (file === undefined) return { logger: pino({ enabled: false }), file, rotate: () => {} };
  try {
    makePrivateFolder(dirname(file));
    rotateFile(file);
    const destination = pino.destination({ dest: file, sync: true, mode: 0o600 });
    // A full disk must not end the daemon.
    destination.on('error', () => {});
    const logger = pino(options, destination);
    if (options.level !== level) logger.warn(`ECR_XACCT_LOG=${level} is no level; ${options.level} is used`);
    return {
      logger,
      file,
      rotate: () => {
        if (rotateFile(file)) destination.reopen();
      },
    };
  } catch {
    return { logger: pino({ enabled: false }), file: undefined, rotate: () => {} };
  }
}

/** Whether the file was moved away. A log that cannot be rotated grows; it is never worth the daemon. */
function rotateFile(file: string): boolean {
  try {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size < MAX_BYTES) return false;
    renameSync(file, `${file}.1`);
    return true;
  } catch {
    return false;
  }
}
