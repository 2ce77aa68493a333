// Attacks on the protocol: invalid, nearly valid and oversized requests at the daemon's socket.
import { HOST, type ProductStage } from '../product/stage.ts';
import { type Random, randomOf } from '../random.ts';
import { type Attack, asRan, exchange, faultOfDaemon, inTurns, startWithDaemon } from './attacked.ts';
import { expectedOf, faultOf } from './rule.ts';

const AT_ONCE = 16;

/** A request as the native client sends it. */
function frameOf(stage: ProductStage, action = 'get', input = HOST): string {
  const variables = Object.entries(stage.product.env).map(([name, value]) => `${name}=${value}\0`);
  return `ecr-xacct/2 ${action}\n${variables.join('')}\0${input}`;
}

const HEADS = [
  ...[
    '',
    '\n',
    '\0',
    'get',
    'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
    'ecr-xacct/',
    'ecr-xacct/2',
    'ecr-xacct/2 \n',
  ],
  ...[
    'ecr-xacct/0 get\n',
    'ecr-xacct/-1 get\n',
    'ecr-xacct/2.0 get\n',
    'ecr-xacct/02 get\n',
    'ecr-xacct/1e1 get\n',
  ],
  ...['ecr-xacct/9999999999 get\n', 'ecr-xacct/2  get\n', 'ecr-xacct/2 get get\n', 'ecr-xacct/2 get\r\n'],
  ...[
    'ECR-XACCT/2 get\n',
    ' ecr-xacct/2 get\n',
    'ecr-xacct/2\tget\n',
    'ecr-xacct/3 get\n',
    'ecr-xacct/2 GET\n',
  ],
  ...['constructor', '__proto__', 'toString', 'mint', 'helper', '../get', 'x'.repeat(9_999)].map(
    (action) => `ecr-xacct/2 ${action}\n`,
  ),
];
const VARIABLES = [
  ...[
    '',
    '=',
    '=value',
    'NAME',
    '__proto__=x',
    'constructor=x',
    '@place=0:0',
    '@place=',
    '@files=x',
    '@size=0000000',
    '@all=1',
  ],
  ...['@all=0', '@other=1', 'HOME=', 'HOME=/', 'HOME=\xff', 'ECR_XACCT_CONFIG=/dev/null', 'A'.repeat(40_000)],
  ...['ECR_XACCT_TIMEOUT=-1', 'ECR_XACCT_TIMEOUT=1e9', 'ECR_XACCT_PROFILE=\n', 'AWS_PROFILE=\x1b[2J'],
  ...['AWS_CONFIG_FILE=/proc/self/environ', 'AWS_CONFIG_FILE=/dev/zero', 'XDG_CONFIG_HOME=..', 'PATH=.'],
];

/** All strings are latin1, so that they can have any bytes. */
function changed(random: Random, frame: string): string {
  const at = random.below(frame.length);
  const [, head = '', rest = ''] = /^([^\n]*\n)(.*)$/s.exec(frame) ?? [];
  const variables = rest.split('\0');
  const place = random.below(variables.length);
  return random.pick([
    () => frame.slice(0, at),
    () => frame.slice(at),
    () => frame.slice(0, at) + String.fromCharCode(random.below(256)) + frame.slice(at + random.below(2)),
    () => frame.slice(0, at) + frame.slice(at + 1 + random.below(40)),
    () => frame.slice(0, at) + frame.slice(random.below(frame.length)),
    () => frame + frame,
    () => random.pick(HEADS) + rest,
    () => random.pick(HEADS),
    () => head + variables.toSpliced(place, random.below(2), random.pick(VARIABLES)).join('\0'),
    () => head + `${random.pick(VARIABLES)}\0`.repeat(1 + random.below(9_999)) + rest,
    () => frame + 'x'.repeat(random.pick([1, 4_096, 262_144, 1_048_576])),
    () =>
      Array.from({ length: 1 + random.below(200) }, () => String.fromCharCode(random.below(256))).join(''),
  ])();
}

/** The part after the variables, found independently of the product: the least that a request for a token must have. */
function inputOf(frame: string): string {
  const behind = frame.slice(frame.indexOf('\n') + 1);
  return behind.startsWith('\0') ? behind.slice(1) : behind.slice(behind.indexOf('\0\0') + 2);
}

/** A token comes only for a mapped name after `get`. Any other frame gets an answer of the protocol, or none. */
function faultOfAnswer(frame: string, answer: Buffer, stage: ProductStage): string | undefined {
  const isGet = /^ecr-xacct\/0*[12] get\n/.test(frame);
  const input = Buffer.from(inputOf(frame), 'latin1');
  if (answer.length === 0 || '34'.includes(answer.toString('latin1', 0, 1)))
    return answer.length > 80 ? 'a long answer that says nothing' : undefined;
  const ran = asRan(answer);
  const isToken = ran.stdout.includes('"Secret"');
  if (isToken && !(isGet && expectedOf(input) === 'token')) return 'a credential for what is none of ours';
  if (isToken) return faultOf('token', input, ran, stage.aws.issuedTokens);
  // `list`, `status` and `explain` may say what they like, but no secrets and no control characters.
  const fault = faultOf('refused', input, ran, stage.aws.issuedTokens);
  return fault?.includes('instead of') && ran.status !== null ? undefined : fault;
}

export async function attackByFrame({ seed, count, tally }: Attack): Promise<void> {
  const kind = 'frames';
  await using stage = await startWithDaemon();
  const numbers = Array.from({ length: count }, (_, number) => number);
  await inTurns(numbers, AT_ONCE, async (number) => {
    const random = randomOf(seed, kind, number);
    const action = random.pick(['get', 'get', 'get', 'list', 'erase', 'store', 'status', 'explain', 'login']);
    const frame = changed(random, frameOf(stage, action));
    const bytes = Buffer.from(frame, 'latin1');
    const cut = random.below(bytes.length + 1);
    const pieces = random.below(2) === 0 ? [bytes] : [bytes.subarray(0, cut), bytes.subarray(cut)];
    const answer = await exchange(stage, pieces);
    const attack = JSON.stringify(frame.slice(0, 100));
    tally.count({ kind, front: 'socket', number, attack }, faultOfAnswer(frame, answer, stage));
  });
  const afterwards = { kind, front: 'socket', number: count, attack: 'the daemon afterwards' };
  tally.count(afterwards, await faultOfDaemon(stage));
}
