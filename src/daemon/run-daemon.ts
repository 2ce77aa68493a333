// Assembles the daemon from helper, caches, minters and socket, and runs it.
import { closeSync, writeSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { type Clock, createClock } from '../clock.ts';
import { createSharedConfigReader } from '../config/config-reader.ts';
import { createLazyFallback } from '../docker/fallback/lazy-fallback.ts';
import { printable, XacctError } from '../errors.ts';
import type { WhoAmI } from '../helper/account-memory.ts';
import { createHelper, type HelperDeps } from '../helper/helper.ts';
import { createMemory } from '../helper/memory.ts';
import { command } from '../hint.ts';
import { describeIdentity } from '../identity/identity.ts';
import type { Environment, SelfCommand } from '../invocation.ts';
import { type Minters, mintDeadline } from '../minter/start-minter.ts';
import { openFilesLimit } from '../os/limits.ts';
import { createParseApart, type ParseApart, withinTimeout } from '../parser/parse-apart.ts';
import { createSharedProfileReader } from '../profiles/profiles.ts';
import { answerOf } from '../questions.ts';
import { timeoutMs } from '../wire/daemon-variables.ts';
import { socketPath } from '../wire/socket-path.ts';
import { createDaemonActions } from './daemon-actions.ts';
import {
  activatedSocket,
  type Bound,
  becomeDaemon,
  type End,
  exposure,
  faultOf,
  fileIdentity,
  listenActivated,
  removeOwnSocket,
  type Watch,
  watchUsefulness,
} from './lifecycle.ts';
import { type DaemonLog, openLog } from './log.ts';
import { createQuestionMemory } from './question-memory.ts';
import { createDaemonServer } from './server.ts';
import { giveBackGarbage } from './small-heap.ts';

export interface DaemonOptions {
  /** How to start this program. The last word is the file that a newer version replaces. */
  self: SelfCommand;
  minters: Minters;
  parseApart?: ParseApart;
  env: Environment;
  uid: number;
  version: string;
  /** The descriptor to write `ready` to when the socket answers. It is then closed. */
  readyFd?: number | undefined;
  /** Called when the daemon listens, or with `undefined` if another daemon already does. */
  onListening?: (daemon: { path: string; log: string | undefined } | undefined) => void;
  /** Called with each connection. */
  onConnection?: (connection: Socket) => void;
  /** Time and randomness: this machine's, unless a test passes its own. */
  clock?: Clock;
  random?: () => number;
  everyMinute?: Watch['everyMinute'];
}

/** Runs until it is stopped or no longer needed. Resolves after the end. @throws XacctError `socket-unsafe`. */
export async function runDaemon({
  self,
  minters,
  parseApart = createParseApart(self),
  env,
  uid,
  version,
  readyFd,
  onListening,
  onConnection = () => {},
  clock = createClock(),
  random = Math.random,
  everyMinute,
}: DaemonOptions): Promise<void> {
  process.umask(0o077);
  const program = self.at(-1) ?? self[0];
  const steady = () => clock().steady;
  const bound = activatedSocket(env) ?? ownSocket(env, uid);
  const { path, inherited } = bound;
  const log = openLog(env);
  const whoAmI: WhoAmI = async (resolution, callerEnv, mfa) => {
    log.write('info', 'who am I', { identity: describeIdentity(resolution.identity) });
    return answerOf(await minters.whoAmI(resolution, callerEnv, timeoutMs(callerEnv), mfa));
  };
  const questions = createQuestionMemory();
  const memory = createMemory(whoAmI, clock, { random, onChange: questions.forget });
  let hasGarbage = false;
  const onGarbage = () => {
    hasGarbage = true;
  };
  const deps: HelperDeps = {
    readConfig: withinTimeout(createSharedConfigReader({ parse: parseApart, onGarbage }), timeoutMs),
    readProfiles: withinTimeout(
      createSharedProfileReader({ parse: (file, size) => parseApart('sections', file, size), onGarbage }),
      timeoutMs,
    ),
    ...memory,
    mint: (resolution, callerEnv, mfa) => {
      log.write('info', 'mint', { hostname: resolution.hostname, reason: resolution.reason });
      return minters.mint(resolution, callerEnv, timeoutMs(callerEnv), mfa);
    },
    deadline: (callerEnv) => mintDeadline(timeoutMs(callerEnv)),
    fallback: createLazyFallback(timeoutMs),
  };
  const started = clock();
  let lastRequest = started.steady;
  const { promise: ended, resolve } = Promise.withResolvers<Parameters<End>>();
  let listening: string | undefined;
  const end: End = (...why) => {
    if (inherited === undefined) removeOwnSocket(path, listening);
    server.close();
    memory.clear();
    resolve(why);
  };
  const startedFrom = fileIdentity(program);
  const server = createDaemonServer({
    helper: createHelper(deps),
    questions,
    isOutdated: () => {
      if (fileIdentity(program) === startedFrom) return false;
      end('another version is in its place on disk');
      return true;
    },
    isExposed: () => {
      const why = exposure(bound, uid);
      if (why !== undefined) end(why, 'warn');
      return why !== undefined;
    },
    actions: createDaemonActions({ ...deps, ...memory, whoAmI }, { version, clock, random, started, end }),
    onAnswer: ({ action }, { outcome, text }, milliseconds) => {
      lastRequest = steady();
      // The text of a failure is for people. The text of a success is a secret.
      const why = outcome === 'failure' ? { text: printable(text) } : {};
      const level = outcome === 'failure' ? 'warn' : 'debug';
      log.write(level, 'answered', { action, outcome, milliseconds, ...why });
    },
    clock: steady,
  });

  server.on('connection', onConnection);
  refuseWhatIsTooMuch(server, log, steady);
  if (inherited !== undefined) await listenActivated(server, path, inherited, uid);
  else if (!(await becomeDaemon(server, path, uid))) {
    sayReady(readyFd);
    onListening?.(undefined);
    return;
  }
  listening = fileIdentity(path);
  sayReady(readyFd);
  log.write('info', 'listening', { version, path });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => end(signal));
  watchUsefulness({
    fault: () => faultOf({ bound, uid, socket: listening, program }),
    lastRequest: () => lastRequest,
    holdsAnything: () => !memory.isEmpty(),
    tidy: () => {
      memory.tidy();
      log.rotate();
      if (hasGarbage) giveBackGarbage();
      hasGarbage = false;
    },
    clock: steady,
    everyMinute,
    end,
  });
  onListening?.({ path, log: log.file });

  const [reason, level = 'info'] = await ended;
  log.write(level, 'ended', { reason });
}

function ownSocket(env: Environment, uid: number): Bound {
  const path = socketPath(env, uid);
  if (path !== undefined) return { path };
  throw new XacctError('socket-unsafe', 'the path of the socket is longer than the system allows', {
    hint: { say: 'with a shorter one', run: command`export ECR_XACCT_SOCKET=$HOME/.ecr-xacct/daemon.sock` },
  });
}

/** For sixteen minters with their pipes, the log, and the files that are read. */
const OTHER_FILES = 128;
const MINUTE = 60_000;

/**
 * A refused client answers in its own process. Accepted clients need free descriptors. Node does not report it if the
 * system has no more of them (EMFILE).
 */
function refuseWhatIsTooMuch(server: Server, log: DaemonLog, clock: () => number): void {
  const limit = openFilesLimit();
  if (limit === undefined) return;
  server.maxConnections = Math.max(limit - OTHER_FILES, Math.ceil(limit / 4));
  let said = Number.NEGATIVE_INFINITY;
  server.on('drop', () => {
    // Once a minute: a build that asks in a loop would fill the log.
    if (clock() - said < MINUTE) return;
    said = clock();
    const why = `this process may open ${limit} files (ulimit -n)`;
    log.write('warn', 'too many connections at once', { connections: server.maxConnections, why });
  });
}

function sayReady(fd: number | undefined): void {
  if (fd === undefined) return;
  try {
    writeSync(fd, 'ready\n');
    closeSync(fd);
  } catch {
    // The process that started this daemon has exited; other clients will ask.
  }
}
