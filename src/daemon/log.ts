// The daemon's log: each request and its result as one line of JSON, without secrets; rotated by size.
import { closeSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { logPath } from '../config/paths.ts';
import { foreignOwner } from '../os/foreign-folder.ts';
import { homeFolder } from '../os/home-folder.ts';
import { makePrivateFolder } from '../os/private-folder.ts';
import { shownValue } from '../userinfo.ts';

/** One old file of this size is kept beside the log. */
const MAX_BYTES = 1024 * 1024;

const LEVELS = ['debug', 'info', 'warn', 'off'] as const;
type Level = Exclude<(typeof LEVELS)[number], 'off'>;

export interface DaemonLog {
  /**
   * Undefined without a log: there is no home folder, the file cannot be written, or root would write it in another
   * user's folder.
   */
  file: string | undefined;
  write(level: Level, message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Starts a new file if this one has grown too large. */
  rotate(): void;
}

/**
 * Opens `daemon.log`, 0600. `ECR_XACCT_LOG` is the lowest level to write: debug, info (also for an unknown level), warn
 * or off. Thirty lines instead of a library, whose code would stay in memory as long as the daemon.
 */
export function openLog(env: Readonly<Record<string, string | undefined>>): DaemonLog {
  const wanted = env.ECR_XACCT_LOG || 'info';
  const level = LEVELS.find((one) => one === wanted) ?? 'info';
  let file = level === 'off' ? undefined : ownLogPath(env);
  let fd = file === undefined ? undefined : openFile(file);
  if (fd === undefined) file = undefined;
  const write: DaemonLog['write'] = (of, message, fields = {}) => {
    if (fd === undefined || LEVELS.indexOf(of) < LEVELS.indexOf(level)) return;
    const line = { time: new Date().toISOString(), level: of, pid: process.pid, ...fields, msg: message };
    try {
      writeSync(fd, `${JSON.stringify(line, shownValue)}\n`);
    } catch {
      // A full disk must not end the daemon.
    }
  };
  if (level !== wanted) write('warn', `ECR_XACCT_LOG=${wanted} is no level; ${level} is used`);
  return {
    file,
    write,
    rotate() {
      if (file === undefined || fd === undefined || !rotateFile(file)) return;
      closeSync(fd);
      fd = openFile(file);
    },
  };
}

/** Root does not use an existing log in another user's folder: after rotation it would belong to root. */
function ownLogPath(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const file = logPath(env);
  return file === undefined || foreignOwner(file, homeFolder(env)) !== undefined ? undefined : file;
}

/** Undefined if the file cannot be written. */
function openFile(file: string): number | undefined {
  try {
    makePrivateFolder(dirname(file));
    rotateFile(file);
    return openSync(file, 'a', 0o600);
  } catch {
    return undefined;
  }
}

/** Whether the file was moved away. A log that cannot be rotated grows, because a log must not end the daemon. */
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
