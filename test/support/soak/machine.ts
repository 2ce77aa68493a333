// A machine of a soak: its folder, its time, and the product's own daemon in this process, on the machine's socket.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { passedEnvironment, wholeEnvironment } from '../../../src/caller-environment.ts';
import { askDaemon } from '../../../src/client/ask-daemon.ts';
import { readConfigAt } from '../../../src/config/config-reader.ts';
import { runDaemon } from '../../../src/daemon/run-daemon.ts';
import type { ParseApart } from '../../../src/parser/parse-apart.ts';
import type { Parsed } from '../../../src/parser/parsed-lines.ts';
import { readSectionsAt } from '../../../src/profiles/profiles.ts';
import type { Response } from '../../../src/wire/codec.ts';
import { placeVariables } from '../../../src/wire/place.ts';
import type { Random } from '../random.ts';
import type { MachineTime } from './machine-time.ts';
import type { SmallAws } from './small-aws.ts';

export interface Machine extends AsyncDisposable {
  folder: string;
  home: string;
  /** Asks the daemon as a client does, and starts one if there is none. */
  ask(action: string, input: string, env: Record<string, string>): Promise<Response | string>;
  /** Waits until no mint runs, and the end of a daemon was noticed. */
  settle(): Promise<void>;
  /** The number of daemons until now. */
  daemons(): number;
}

/** Milliseconds of real time. */
const DEADLINE = 30_000;
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

const READERS: { [K in keyof Parsed]: (path: string) => Parsed[K] } = {
  config: (path) => readConfigAt(path, 'config'),
  'system-config': (path) => readConfigAt(path, 'system-config'),
  sections: readSectionsAt,
};
/** In this process: a soak's time continues while another process reads. */
const parseHere: ParseApart = async (what, path) => READERS[what](path);

export function createMachine(
  aws: SmallAws,
  time: MachineTime,
  random: Random,
  onDaemonEnd: () => void,
): Machine {
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  const [home, runtime] = [join(folder, 'home'), join(folder, 'run')];
  for (const path of [home, runtime]) mkdirSync(path, { mode: 0o700 });
  const socket = join(runtime, 'ecr-xacct', 'daemon.sock');
  const uid = process.getuid?.() ?? 0;
  let running: Promise<void> | undefined;
  let daemons = 0;

  const start = async (): Promise<void> => {
    daemons += 1;
    const umask = process.umask();
    const before = new Map(SIGNALS.map((signal) => [signal, process.listeners(signal)]));
    const listening = Promise.withResolvers<void>();
    const ended = runDaemon({
      minters: aws,
      parseApart: parseHere,
      self: [process.execPath],
      env: { HOME: home, XDG_RUNTIME_DIR: runtime, ECR_XACCT_LOG: 'debug' },
      uid,
      version: 'soak',
      clock: time.createClock(),
      random: random.next,
      everyMinute: time.everyMinute,
      onListening: () => listening.resolve(),
    });
    running = ended.finally(() => {
      running = undefined;
      time.stopLooks();
      onDaemonEnd();
      process.umask(umask);
    });
    await Promise.race([listening.promise, running]);
    // The daemon's signal listeners would apply to the whole process, but Ctrl+C must end the soak.
    for (const [signal, own] of before) {
      for (const listener of process.listeners(signal)) {
        if (!own.includes(listener)) process.removeListener(signal, listener);
      }
    }
  };

  const askOnce = async (action: string, input: string, env: Record<string, string>) => {
    const request = { action, input, env: { ...env, ...placeVariables(env) } };
    return await askDaemon(socket, uid, request, DEADLINE);
  };
  const ask: Machine['ask'] = async (action, input, env) => {
    const reply = await askOnce(action, input, passedEnvironment(env));
    if (typeof reply === 'string' || reply.outcome !== 'ask-again') return reply;
    return await askOnce(action, input, wholeEnvironment(env));
  };
  let starting: Promise<void> | undefined;
  return {
    folder,
    home,
    async ask(...request) {
      if (running === undefined) {
        starting ??= start().finally(() => {
          starting = undefined;
        });
      }
      await starting;
      return await ask(...request);
    },
    async settle() {
      do await setImmediate();
      while (aws.underWay() > 0);
    },
    daemons: () => daemons,
    async [Symbol.asyncDispose]() {
      if (running !== undefined) {
        await ask('stop', '', { HOME: home });
        await running;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
