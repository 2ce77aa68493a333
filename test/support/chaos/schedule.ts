// Makes the schedule: the next step depends on the seed and on the users' files, never on an answer.
import type { Fault } from '../../fake-aws/faults.ts';
import type { Random } from '../random.ts';
import { CALLERS, type CallerName, ECR_HOSTS, HOSTS, type HostName, ROTATED } from './cast.ts';
import { someEdit } from './edits.ts';
import type { Homes } from './homes.ts';
import { type Call, type Change, SPELLINGS, type Step } from './operations.ts';

const HOUR = 3_600_000;

/** Milliseconds. A token lives twelve hours, and is renewed in the last quarter. */
const SLEEPS = [0.1, 1, 3, 11.5, 11.8, 11.8, 12.1, 40].map((hours) => hours * HOUR);

/** Gets at the same time: from a build with several stages, or from Compose with many services. */
const MOST = 24;

/** Seconds: the deadline of a call that nothing is meant to delay. */
const PATIENT = 20;
/** Seconds: the shortest possible deadline. */
const IMPATIENT = 1;

const WEIGHTS = {
  burst: 400,
  'burst of one': 50,
  logins: 150,
  'changed files': 90,
  'changed files meanwhile': 25,
  commands: 22,
  'no daemon': 15,
  'rotated keys': 6,
  sleep: 30,
  'clock set': 14,
  upgrade: 9,
  'killed daemon': 14,
  'killed minters': 14,
  'suspended daemon': 14,
  'suspended minters': 8,
  'suspended for long': 3,
  fault: 34,
} as const;

/** `first`: the homes at the beginning. */
export function createSchedule(random: Random, first: Homes): (homes: Homes) => Step {
  let stored = 0;
  let burst: readonly Call[] = [];
  const callers = Object.keys(CALLERS) as CallerName[];
  const spellings = Object.keys(SPELLINGS) as (keyof typeof SPELLINGS)[];
  const hosts = Object.keys(HOSTS) as HostName[];
  const caller = () => random.pick(callers);
  const ecrHost = () => random.pick(ECR_HOSTS);
  const get = (host = random.pick(hosts), who = caller(), timeoutSeconds = PATIENT): Call => {
    const spelling = random.chance(0.7) ? 'plain' : random.pick(spellings);
    return { action: 'get', caller: who, timeoutSeconds, host, spelling };
  };
  const several = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
  const gets = (most = MOST) => several(1 + random.below(most), () => get());
  const store = (host = ecrHost(), timeoutSeconds = PATIENT): Call => {
    stored += 1;
    return { action: 'store', caller: caller(), timeoutSeconds, host, secret: `login-${stored}-of-${host}` };
  };
  const erase = (host = ecrHost()): Call => ({
    action: 'erase',
    caller: caller(),
    timeoutSeconds: PATIENT,
    host,
  });
  const list = (): Call => ({ action: 'list', caller: caller(), timeoutSeconds: PATIENT });
  const ofLogins = (): Call => {
    const makers = { store, erase, list, get: () => get(ecrHost()) };
    return makers[random.weighted({ store: 3, erase: 3, list: 2, get: 4 })]();
  };
  /** Forgets tokens of some registries, so that there is something to disturb. */
  const forgetful = () => several(1 + random.below(2), () => erase());
  const plain = (calls: readonly Call[], changes: readonly Change[] = []): Step => ({
    changes,
    first: [],
    calls,
  });

  return (homes) => {
    const kind = random.weighted(WEIGHTS);
    switch (kind) {
      case 'burst':
        burst = gets();
        return plain(burst);
      case 'burst of one': {
        const [host, who] = [random.pick(hosts), caller()];
        return {
          changes: [],
          first: random.chance(0.5) ? [erase()] : [],
          calls: several(8, () => get(host, who)),
        };
      }
      case 'logins':
        return plain(several(1 + random.below(4), ofLogins));
      case 'changed files':
        return plain(gets(), [{ kind: 'edit', edit: someEdit(random, homes, first) }]);
      case 'changed files meanwhile': {
        const edit = someEdit(random, homes, first);
        return { ...plain(gets()), during: { kind: 'edit meanwhile', after: random.below(60), edit } };
      }
      case 'commands':
        return plain([command(random, caller(), ecrHost())]);
      case 'no daemon': {
        const { caller: who, timeoutSeconds, ...rest } = get();
        return plain([
          {
            ...(rest as { host: HostName }),
            action: 'get without daemon',
            caller: who,
            timeoutSeconds,
            spelling: 'plain',
          },
        ]);
      }
      case 'rotated keys':
        return plain(gets(), [{ kind: 'rotate keys', user: random.pick(ROTATED) }]);
      case 'sleep': {
        const milliseconds = random.pick(SLEEPS);
        // The burst asks for the same tokens again. Otherwise, none of them would become old.
        return plain([...burst, ...gets()], [{ kind: 'sleep', milliseconds }]);
      }
      case 'clock set': {
        const ahead = random.pick([0, 0, -13, 13, -0.2, 0.2, 5]) * HOUR;
        return plain(gets(), [{ kind: 'set clock', ahead }]);
      }
      case 'upgrade':
        return plain(random.chance(0.8) ? gets() : [store()], [{ kind: 'upgrade' }]);
      case 'killed daemon':
        return disturbed({ kind: 'kill daemon', after: random.below(250) });
      case 'killed minters':
        return disturbed({ kind: 'kill minters', after: random.below(250) });
      case 'suspended daemon':
      case 'suspended minters': {
        const what = kind === 'suspended daemon' ? 'suspend daemon' : 'suspend minters';
        return disturbed({ kind: what, milliseconds: 50 + random.below(300) });
      }
      case 'suspended for long': {
        const calls = several(6, () =>
          random.chance(0.75) ? get(undefined, undefined, IMPATIENT) : store(undefined, IMPATIENT),
        );
        const off: Call = {
          action: 'get without daemon',
          caller: caller(),
          timeoutSeconds: PATIENT,
          host: ecrHost(),
          spelling: 'plain',
        };
        return {
          changes: [],
          first: [],
          calls: [...calls, off],
          during: { kind: 'suspend daemon for long' },
        };
      }
      case 'fault':
        return { ...disturbed({ kind: 'fault', fault: someFault(random) }), first: forgetful() };
    }
  };

  function disturbed(during: NonNullable<Step['during']>): Step {
    const calls = [...gets(), ...(random.chance(0.3) ? [ofLogins()] : [])];
    return { changes: [], first: random.chance(0.6) ? forgetful() : [], calls, during };
  }
}

function command(random: Random, caller: CallerName, host: HostName): Call {
  const action = random.weighted({ login: 6, logout: 4, 'logout all': 1 });
  const common = { caller, timeoutSeconds: PATIENT };
  return action === 'logout all' ? { ...common, action } : { ...common, action, host };
}

function someFault(random: Random): Fault {
  const service = random.pick(['ecr', 'ecr', 'sts'] as const);
  const times = random.pick([1, 1, 2, Number.POSITIVE_INFINITY]);
  const kind = random.pick([
    'throttle',
    'server-error',
    'reset',
    'reset-after',
    'latency',
    'malformed',
    'error',
  ] as const);
  const common = { service, times };
  switch (kind) {
    case 'latency':
      return { ...common, kind, milliseconds: 50 + random.below(400) };
    case 'malformed':
      return { ...common, kind, ...(random.chance(0.5) ? { body: '<html>a hotel</html>' } : {}) };
    case 'error':
      return { ...common, kind, code: 'AccessDeniedException', message: 'not today', status: 400 };
    default:
      return { ...common, kind };
  }
}
