// Attacks with answers: hostile servers instead of ECR, STS, SSO, a container's endpoint or the metadata service.
import { createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { CANARY } from '../../fake-aws/canary.ts';
import { listen } from '../../fake-aws/listen.ts';
import { type ReachedService, reachedServices } from '../product/reached-services.ts';
import { HOST } from '../product/stage.ts';
import { type Random, randomOf } from '../random.ts';
import { type Attack, type AttackedFront, attempted, inTurns, shareOf, startAttacked } from './attacked.ts';
import { faultOf } from './rule.ts';

/** Seconds: retries take time. */
const DEADLINE = '5';
/** The number of these attacks for each thousand at the fastest entry point. */
const SHARE = 20;
/** Most of the time is waiting. */
const AT_ONCE = 10;

const STATUSES = [
  200, 200, 200, 201, 204, 206, 300, 304, 400, 401, 403, 404, 407, 413, 418, 429, 500, 502, 503, 599, 99, 999,
];
const DATES = ['Mon, 01 Jan 2099 00:00:00 GMT', 'x', 'Thu, 01 Jan 1970 00:00:00 GMT'];
const REDIRECTS = [301, 302, 303, 307, 308];
const TYPES = [
  'application/json',
  'application/x-amz-json-1.1',
  'text/xml',
  'text/html',
  'application/octet-stream',
  '',
];

/** Texts in place of a token. None is usable: AWS's tokens are at least a page long. */
const TOKENS = [
  '',
  ':',
  'AWS',
  'AWS:',
  ':x',
  'evil:evil',
  'AWS:a\nb',
  'AWS:a\0b',
  'AWS:\x1b[2J',
  '\ufeffAWS:x',
  'AWS:\u202e',
];
const EXPIRIES = [0, -1, 1e99, '2099', 'never', null, [], {}, '\x1b[2J'];

function tokenBody(random: Random): unknown {
  const text = random.pick(TOKENS);
  const authorizationToken = random.pick([
    Buffer.from(text).toString('base64'),
    text,
    7,
    null,
    '====',
    '%%%',
  ]);
  const one = { authorizationToken, expiresAt: random.pick(EXPIRIES), proxyEndpoint: 'https://evil.example' };
  return { authorizationData: random.pick<unknown>([[one], one, [], null, [one, one], 'x']) };
}

function keysBody(random: Random): unknown {
  const value = () =>
    random.pick<unknown>(['', 'A', 'a\nb', '\x1b[2J', 7, null, [], 'x'.repeat(9_999), '\u0000']);
  const keys = { accessKeyId: value(), secretAccessKey: value(), sessionToken: value(), expiration: value() };
  const Keys = {
    Code: 'Success',
    AccessKeyId: value(),
    SecretAccessKey: value(),
    Token: value(),
    Expiration: value(),
  };
  return random.pick<unknown>([
    { roleCredentials: keys },
    Keys,
    { accessToken: value(), expiresIn: value() },
    keys,
  ]);
}

/** Bodies of any service's answers, and of none. */
function bodyOf(random: Random): string {
  const json = JSON.stringify(random.below(2) === 0 ? tokenBody(random) : keysBody(random));
  const message = `\x1b]0;owned\x07\n\u202e${'m'.repeat(random.below(3_000))}`;
  return random.pick([
    json,
    json.slice(0, random.below(json.length)),
    JSON.stringify({
      __type: random.pick(['x', 'AccessDeniedException', '\n', '__proto__']),
      message,
      Message: message,
    }),
    `<ErrorResponse><Error><Code>AccessDenied</Code><Message>${message}</Message></Error></ErrorResponse>`,
    `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>${message}`,
    `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b "${'&a;'.repeat(50)}">]><x>&b;</x>`,
    '['.repeat(random.below(50_000)),
    '{"__proto__":{"authorizationData":[{"authorizationToken":"QVdTOng=","expiresAt":9e9}]}}',
    'null',
    '<html><body>Sign in to the Wi-Fi</body></html>',
    message,
    '',
  ]);
}

/** A server's answer, and whether it then resets the connection. Redirects lead to `thief`. */
interface HostileAnswer {
  readonly what: string;
  readonly bytes: Buffer;
  readonly reset: boolean;
}

function answerOf(random: Random, thief: string): HostileAnswer {
  const body = bodyOf(random);
  const status = random.pick(STATUSES);
  const type = `content-type: ${random.pick(TYPES)}`;
  const head = `HTTP/1.1 ${status} ${random.pick(['OK', 'No', '', '\x1b[2J'])}\r\n${type}\r\n`;
  const whole = `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  const sent: Record<string, () => string | Buffer> = {
    'an answer': () => whole,
    'a redirect': () =>
      `HTTP/1.1 ${random.pick(REDIRECTS)} Found\r\nlocation: ${thief}/x\r\ncontent-length: 0\r\n\r\n`,
    'a redirect in headers': () =>
      `${head}refresh: 0;url=${thief}\r\nlink: <${thief}>\r\nalt-svc: h2="${thief}"\r\ncontent-length: 0\r\n\r\n`,
    'half an answer': () => whole.slice(0, random.below(whole.length)),
    'less than it says': () => `${head}content-length: 9999\r\n\r\n${body.slice(0, 99)}`,
    'more than it says': () => `${head}content-length: 1\r\n\r\n${body}`,
    'two lengths': () =>
      `${head}content-length: 1\r\ncontent-length: 9\r\ntransfer-encoding: chunked\r\n\r\n${body}`,
    'bad chunks': () =>
      `${head}transfer-encoding: chunked\r\n\r\n${random.pick(['zz', '-1', 'ffffffffff', '1;\x00'])}\r\n${body}`,
    'bad compression': () => `${head}content-encoding: gzip\r\ncontent-length: 9\r\n\r\nxxxxxxxxx`,
    compressed: () => {
      const packed = gzipSync(body);
      return Buffer.concat([
        Buffer.from(`${head}content-encoding: gzip\r\ncontent-length: ${packed.length}\r\n\r\n`),
        packed,
      ]);
    },
    'odd headers': () =>
      `${head}${'x: y\r\n'.repeat(random.below(900))}x\x00: \x1b[2J\r\n y\r\ncontent-length: 0\r\n\r\n`,
    'no HTTP': () => Buffer.from(Array.from({ length: 1 + random.below(300) }, () => random.below(256))),
    'another protocol': () =>
      random.pick([
        'SSH-2.0-x\r\n',
        'HTTP/2.0 200 OK\r\n\r\n',
        'HTTP/0.9\r\n\r\n',
        '220 smtp\r\n',
        '\x16\x03\x01\x02\x00',
      ]),
    'a switch': () => 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nxx',
    'a date far off': () =>
      `HTTP/1.1 200 OK\r\ndate: ${random.pick(DATES)}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    'a hang-up': () => '',
  };
  const what = random.pick(Object.keys(sent));
  return { what, bytes: Buffer.from(sent[what]?.() ?? ''), reset: random.below(3) === 0 };
}

interface Answering extends AsyncDisposable {
  readonly url: string;
  /** The data of all connections. */
  readonly heard: () => string;
}

/** Sends the same answer to every connection, and closes it. */
async function startServer(treat: (socket: Socket) => void): Promise<Answering> {
  const chunks: Buffer[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {}).on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('data', () => treat(socket));
  });
  const { port, close } = await listen(server, '127.0.0.1', 0);
  const heard = () => Buffer.concat(chunks).toString('latin1');
  return { url: `http://127.0.0.1:${port}`, heard, [Symbol.asyncDispose]: close };
}

async function attackOnce(random: Random, service: ReachedService, front: AttackedFront) {
  await using stage = await startAttacked({ env: { ECR_XACCT_TIMEOUT: DEADLINE } });
  await using thief = await startServer((socket) =>
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
  );
  const { what, bytes, reset } = answerOf(random, thief.url);
  await using server = await startServer((socket) => {
    if (reset) socket.write(bytes, () => socket.resetAndDestroy());
    else socket.end(bytes);
  });
  await service.prepare(stage);
  const fault = await attempted(front.ask(stage, 'get', HOST, service.at(server.url)), (ran) =>
    faultOf('refused', HOST, ran, stage.aws.issuedTokens),
  );
  const unasked = server.heard() === '' ? 'it was not asked' : undefined;
  const stolen =
    thief.heard() === ''
      ? undefined
      : `the thief was asked${thief.heard().includes(CANARY) ? ', and told a secret' : ''}`;
  return { what, fault: stolen ?? fault ?? unasked };
}

/** Whatever a server answers, Docker gets one line, and no other server gets anything. */
export async function attackByAnswer({ seed, count, tally, fronts }: Attack): Promise<void> {
  const asking = fronts.filter(({ name }) => ['client', 'no daemon'].includes(name));
  const attacks = reachedServices.flatMap((service) =>
    asking.flatMap((front) =>
      Array.from({ length: shareOf({ ...front, share: SHARE }, count) }, (_, number) => ({
        service,
        front,
        number,
      })),
    ),
  );
  await inTurns(attacks, AT_ONCE, async ({ service, front, number }) => {
    const kind = `answers of ${service.service}`;
    const { what, fault } = await attackOnce(randomOf(seed, kind, number), service, front);
    tally.count({ kind, front: front.name, number, attack: what }, fault);
  });
}
