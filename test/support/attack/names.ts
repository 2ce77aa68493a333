// The server URLs of the attacks: our names, changed in every way that has misled a credential helper.
import { HOST } from '../product/stage.ts';
import type { Random } from '../random.ts';

const OTHER_ACCOUNT = '444455556666';

/** The attacked user's config: patterns for profile `dev`. `*` is any region. */
export const MAPPED = {
  exact: HOST,
  anyRegion: `${OTHER_ACCOUNT}.dkr.ecr.*.amazonaws.com`,
  own: 'images.corp.example',
} as const;

const NAMES = [HOST, `${OTHER_ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com`, MAPPED.own];
const EVIL = ['evil.example', 'evil.example:443', 'evil.example/v2', '127.0.0.1', '[::1]', 'localhost'];
const PATHS = ['', '/', '/v2/', '/team/app', '/team/app/'];

/** One of our names, in some caller's form. */
function spelled(random: Random): string {
  const name = random.pick(NAMES);
  const cased = random.below(4) === 0 ? name.toUpperCase() : name;
  return `${random.pick(['', '', 'https://'])}${cased}${random.pick(['', '', ':443'])}${random.pick(PATHS)}`;
}

function inserted(text: string, at: number, what: string, instead = 0): string {
  return text.slice(0, at) + what + text.slice(at + instead);
}

/** Any position in one of our names, also its ends. */
function somewhere(random: Random, what: string, instead = 0): string {
  const text = spelled(random);
  return inserted(text, random.below(text.length + 1), what, instead);
}

/** `new URL`, IDNA or percent-decoding turns these into a letter, a digit or a dot. */
const LOOKALIKES: Readonly<Record<string, readonly string[]>> = {
  '.': ['。', '．', '｡', '%2e', '%2E', '%252e', '%u002e', '․', '٠'],
  '-': ['‐', '‑', '－', '%2d', '\u00ad'],
  k: ['\u212a', 'ｋ', '%6b', 'κ'],
  s: ['ſ', 'ｓ', '%73', 'ß'],
  i: ['ı', 'ｉ', '%69', 'і'],
  a: ['а', 'ａ', '%61', 'ª'],
  c: ['с', 'ｃ', '%63'],
  e: ['е', 'ｅ', '%65'],
  1: ['１', '¹', '%31', '①', 'l'],
  2: ['２', '²', '%32', '②'],
  3: ['３', '³', '%33'],
  '/': ['\\', '⁄', '／', '%2f', '%5c'],
  ':': ['：', '%3a', '∶'],
};
const INVISIBLE = [
  '\u200b',
  '\u200d',
  '\u2060',
  '\ufeff',
  '\u00ad',
  '\u202e',
  '\u0301',
  '\ud800',
  '%00',
  '%0a',
];

function misread(random: Random): string {
  const text = spelled(random);
  if (random.below(4) === 0) return inserted(text, random.below(text.length + 1), random.pick(INVISIBLE));
  const places = [...text].flatMap((letter, at) => (letter.toLowerCase() in LOOKALIKES ? [at] : []));
  const at = random.pick(places);
  return inserted(text, at, random.pick(LOOKALIKES[text[at]?.toLowerCase() ?? ''] ?? []), 1);
}

const CONTROLS = [0, 1, 7, 8, 9, 10, 11, 12, 13, 27, 31, 32, 127, 0x80, 0x85, 0x9b, 0xa0, 0x2028, 0x2029];
const ESCAPES = [
  '\x1b[2J',
  '\x1b]0;title\x07',
  '\x1b]8;;http://evil.example\x1b\\',
  '\x9b31m',
  '\x1bc',
  '\x1b[?1049h',
];

function unanchored(random: Random): string {
  const [ours, evil] = [spelled(random), random.pick(EVIL)];
  return random.pick([
    `${ours}.${evil}`,
    `${ours}${evil}`,
    `${evil}.${ours}`,
    `${evil}-${ours}`,
    `x${ours}`,
    `${ours}x`,
    `${ours}.`,
    `.${ours}`,
    `${ours}.cn`,
    `${ours}-`,
    `${evil}/${ours}`,
    `${evil}?${ours}`,
    `${evil}#${ours}`,
    `${ours}?${evil}`,
    `${ours}#${evil}`,
    `${ours},${evil}`,
    `${ours};${evil}`,
    `${ours}|${evil}`,
    `${ours}/../../${evil}`,
    `${ours}${ours}`,
  ]);
}

function userinfo(random: Random): string {
  const [ours, evil] = [spelled(random).replace('https://', ''), random.pick(EVIL)];
  const scheme = random.pick(['', 'https://']);
  return (
    scheme +
    random.pick([
      `user:pw@${ours}`,
      `@${ours}`,
      `${ours}@${evil}`,
      `${evil}@${ours}`,
      `${ours}:443@${evil}`,
      `user%40${ours}@${evil}`,
      `${ours}%40${evil}`,
      `:@${ours}`,
      `${ours}\\@${evil}`,
    ])
  );
}

function portOrScheme(random: Random): string {
  const name = random.pick(NAMES);
  const port = ['80', '0443', '443443', '+443', '-443', '4 43', '65979', '0x1bb', '443:443', '', '44３'];
  const scheme = ['http', 'HTTP', 'HTTPS', 'ftp', 'file', 'javascript', 'https:', 'docker', 'oci', ' https'];
  return random.pick([
    `${name}:${random.pick(port)}`,
    `https://${name}:${random.pick(port)}/`,
    `${random.pick(scheme)}://${name}`,
    `//${name}`,
    `///${name}`,
    `https:${name}`,
    `https:/${name}`,
    `https:///${name}`,
    `https://https://${name}`,
  ]);
}

function partial(random: Random): string {
  const text = spelled(random);
  const labels = random.pick(NAMES).split('.');
  const dropped = labels.toSpliced(random.below(labels.length), 1 + random.below(2)).join('.');
  const from = random.below(text.length);
  return random.pick([
    ...['', ' ', '\n', '\r\n', '\t', '/', 'https://', 'https:///', ':443', '.', '..', '*', '%', '\0'],
    text.slice(from),
    text.slice(0, from),
    dropped,
    random.pick(NAMES).replace('.', '..'),
    random.pick(NAMES).replace(/^\d/, ''),
    `9${random.pick(NAMES)}`,
  ]);
}

function foreign(random: Random): string {
  const digits = Array.from({ length: 12 }, () => random.below(10)).join('');
  const region = random.pick(['us-east-1', 'eu-west-1', 'cn-north-1', 'us-gov-west-1', 'xx-nowhere-7']);
  const suffix = random.pick(['amazonaws.com', 'amazonaws.com.cn', 'on.aws', 'amazonaws.eu', 'c2s.ic.gov']);
  return random.pick([
    ...['https://index.docker.io/v1/', 'ghcr.io', 'registry.example:5000', 'localhost:5000', '10.0.0.1'],
    ...[
      'public.ecr.aws',
      'ecr-public.aws.com',
      'public.ecr.aws.evil.example',
      'api.ecr.us-east-1.amazonaws.com',
    ],
    `${digits}.dkr.ecr.${region}.${suffix}`,
    `${digits}.dkr.ecr-fips.${region}.${suffix}`,
    `${digits}.dkr-ecr.${region}.${suffix}`,
    `vpce-0abc-1def.dkr.ecr.${region}.vpce.${suffix}`,
    `x.${MAPPED.own}`,
    MAPPED.own.replace('corp', 'corps'),
    'a'.repeat(random.below(5_000)),
    `${'a.'.repeat(random.below(2_500))}${HOST}`,
  ]);
}

/** One to three bytes changed, removed or doubled. */
function flipped(random: Random): Buffer {
  let bytes = Buffer.from(spelled(random));
  for (let left = 1 + random.below(3); left > 0; left -= 1) {
    const at = random.below(bytes.length);
    const how = random.below(3);
    const middle = how === 0 ? [random.below(256)] : how === 1 ? [] : [bytes[at] ?? 0, bytes[at] ?? 0];
    bytes = Buffer.concat([bytes.subarray(0, at), Uint8Array.from(middle), bytes.subarray(at + 1)]);
  }
  return bytes;
}

/** Class → one attack of it, as on stdin. docs/security.md has the same classes. */
export const nameClasses: Readonly<Record<string, (random: Random) => string | Buffer>> = {
  'unanchored match': unanchored,
  'control bytes': (random) => somewhere(random, String.fromCharCode(random.pick(CONTROLS)), random.below(2)),
  'lines injected': (random) =>
    random.pick(['\n', '\r', '\r\n', '\0', '\u2028']).replace(/^/, spelled(random)) +
    random.pick(['evil.example', 'host=evil.example', spelled(random), '', '\n', '\n\n']),
  'empty or partial host': partial,
  'two parsers': misread,
  userinfo,
  'port or scheme': portOrScheme,
  'any host': foreign,
  'terminal escapes': (random) => somewhere(random, random.pick(ESCAPES)),
  'flipped bytes': flipped,
  // Not an attack: without it, a program that rejects everything would pass.
  'our own names': spelled,
};
