// Judges each answer by the model.
import { HOSTS, type HostName, type Keys, USERS } from './cast.ts';
import { kindsOf } from './errors.ts';
import { judgeFailure, judgeGet } from './judge-get.ts';
import type { Model } from './model.ts';
import type { Call } from './operations.ts';
import type { Answered } from './stage.ts';
import { type Circumstances, OTHER, parsed, right, type Verdict, wrong } from './verdict.ts';

export function judge(answered: Answered, model: Model, keys: Keys, now: Circumstances): Verdict {
  const { call, ran, milliseconds } = answered;
  // The daemon's grace, then the client's own try, and a start of the daemon, on a busy machine.
  const most = (call.timeoutSeconds + 2) * 1_000 * (now.isCalm ? 1 : 2) + 12_000;
  if (milliseconds > most) return wrong(`an answer within ${most} ms`);
  const shown = `${ran.status === 0 && call.action.startsWith('get') ? '' : ran.stdout}${ran.stderr}`;
  if (USERS.some((user) => shown.includes(keys.of(user).secretAccessKey)))
    return wrong('no secret key in it');
  if ([...now.issued.keys()].some((password) => shown.includes(password))) return wrong('no token in it');
  switch (call.action) {
    case 'get':
    case 'get without daemon':
      return judgeGet(answered, call, model, now);
    case 'list':
      return judgeList(answered, model, now);
    case 'login':
      return judgeLogin(answered, call, model, now);
    default:
      return judgeDone(answered, call, now);
  }
}

function judgeLogin(
  { ran, began }: Answered,
  call: Extract<Call, { host: HostName }>,
  model: Model,
  now: Circumstances,
): Verdict {
  if (ran.status === 0) {
    const readings = now.homes.map((homes) => model.reading(call.caller, call.host, homes));
    const may = readings.some(
      (one) => one.kind === 'candidates' && one.candidates.some(({ problem }) => problem === undefined),
    );
    return may && ran.stderr === '' ? OTHER : wrong('no success, as there is no identity that can');
  }
  if (!/^ecr-xacct: /.test(ran.stderr) || ran.stdout !== '') return wrong('a failure on stderr alone');
  // It always asks AWS: tokens in memory do not matter.
  return judgeFailure(ran.stderr, { ...call, isOff: true, began }, model, now);
}

/** These must succeed: otherwise Docker would report a failed logout or login. */
function judgeDone({ ran }: Answered, call: Call, { troubles }: Circumstances): Verdict {
  const isCommand = call.action === 'logout' || call.action === 'logout all';
  if (ran.status === 0 && ran.stderr === '' && (isCommand || ran.stdout === '')) return OTHER;
  const kinds = kindsOf(ran.stderr);
  if (ran.status === 1 && kinds.some((kind) => troubles.has(kind))) return right({ of: 'failure', kinds });
  return wrong('success');
}

function judgeList({ ran }: Answered, { homes: _ }: Model, now: Circumstances): Verdict {
  if (ran.status !== 0 || ran.stderr !== '')
    return wrong('success: one failing list costs Docker every credential');
  const listed = parsed(ran.stdout);
  if (typeof listed !== 'object' || listed === null) return wrong('a JSON object');
  const ours = Object.values(HOSTS).map(({ hostname }) => hostname);
  const foreign = Object.entries(listed).filter(
    ([name, user]) => !ours.some((one) => one === name) || user !== 'AWS',
  );
  if (foreign.length > 0) return wrong('only hosts that were asked for');
  if (now.troubles.has('daemon silent')) return OTHER;
  const missing = (Object.keys(HOSTS) as HostName[]).filter(
    (host) => !now.logins(host).includes(undefined) && !(HOSTS[host].hostname in listed),
  );
  return missing.length === 0 ? OTHER : wrong(`a login for ${missing.join(', ')}`, 'login');
}
