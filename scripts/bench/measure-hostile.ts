// Measures how long a good get waits at most while hostile callers try to hold up the daemon.
import { utimes, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { socketPath } from '../../src/wire/socket-path.ts';
import type { Measurement } from './measurement.ts';
import { atMost, digits, milliseconds } from './report.ts';
import { median } from './run-commands.ts';
import { STATIC, type Stage } from './stage.ts';

const KIB = 1024;
const blanks = ' '.repeat(100_000);

/** A request as our client sends it. */
function frame(action: string, env: Record<string, string>, input = STATIC.hostname): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}\0`);
  return `ecr-xacct/2 ${action}\n${variables.join('')}\0${input}`;
}

/** Adds lines to `before` until the text has `bytes` bytes, but adds at most `most` lines. */
function lines(
  bytes: number,
  line: (index: number) => string,
  before = '',
  most = Number.POSITIVE_INFINITY,
): string {
  let text = before;
  for (let index = 0; text.length < bytes && index < most; index += 1) text += line(index);
  return text;
}

/** The slowest files that the daemon reads itself: 4 KiB and 100 or 200 lines. */
const READ_HERE: Record<string, string> = {
  'keys-100.yaml': lines(4 * KIB - 20, (i) => `key${i}${'x'.repeat(28)}: 1\n`, '', 98),
  'rules-50.yaml': lines(
    4 * KIB - 100,
    (i) => `  "${10 ** 11 + i}.dkr.ecr.us-east-1.amazonaws.com": { profile: dev }\n`,
    'registries:\n',
  ),
  'nested-200.ini': lines(4 * KIB - 20, () => '  a = 1\n', '[default]\nb =\n', 196),
  'sections-200.ini': lines(4 * KIB - 20, (i) => `[profile ${i}]\n`, '', 198),
};

/** Slow files that the daemon leaves to another process. */
const READ_APART: Record<string, string> = {
  'rules.yaml': lines(
    3_000 * KIB,
    (i) => `  "${10 ** 11 + i}.dkr.ecr.us-east-1.amazonaws.com": { profile: dev }\n`,
    'registries:\n',
  ),
  'braces.yaml': '{'.repeat(4 * KIB),
  'anchors.yaml': lines(4 * KIB - 20, (i) => `a${i}: &x${i} 1\nb${i}: *x${i}\n`),
  'keys.yaml': lines(1_000 * KIB, (i) => `key${i}: 1\n`),
  'sections.ini': lines(8 * KIB - 20, (i) => `[profile ${i}]\n`),
  'profiles.ini': lines(1_000 * KIB, (i) => `[profile p${i}]\nsso_account_id = ${10 ** 11 + i}\n`),
  'blank.ini': lines(1_000 * KIB, () => '\n', '[default]\na = 1\n'),
};

interface HostileRequest {
  request: string;
  /** The file that the request names. */
  file?: string;
}

async function writeFiles(files: Record<string, string>, { product }: Stage): Promise<HostileRequest[]> {
  const written = Object.entries(files).map(async ([name, content]) => {
    const file = join(product.folder, name);
    await writeFile(file, content);
    const variable = name.endsWith('.yaml') ? 'ECR_XACCT_CONFIG' : 'AWS_CONFIG_FILE';
    return { request: frame('get', { ...product.env, [variable]: file }), file };
  });
  return Promise.all(written);
}

function hostileFrames({ product }: Stage): HostileRequest[] {
  const { env } = product;
  const variables = (count: number) => lines(count * 8, (i) => `V${i.toString(36)}=1\0`);
  return [
    frame('store', env, JSON.stringify({ ServerURL: `${blanks}x`, Username: 'AWS', Secret: 'x' })),
    frame('store', env, '['.repeat(200_000)),
    frame('get', { ...env, ECR_XACCT_PROFILE: `${blanks}x` }),
    frame('get', { ...env, AWS_PROFILE: '\n '.repeat(50_000) }),
    frame('get', env, '%41'.repeat(60_000)),
    frame('get', { ...env, NO_PROXY: `${'a.'.repeat(50_000)},` }),
    `ecr-xacct/2 get\n@all=1\0${variables(8_000)}\0${STATIC.hostname}`,
    `ecr-xacct/2 get\n@all=1\0${variables(120_000)}\0${STATIC.hostname}`,
    '\0'.repeat(1_000_000),
    `ecr-xacct/2 ${blanks}`,
  ].map((request) => ({ request }));
}

/** Sends a request and reads the whole answer. */
async function send(path: string, request: string): Promise<void> {
  const socket = connect(path);
  socket.on('error', () => {});
  socket.end(request);
  await text(socket).catch(() => '');
}

/**
 * Two hostile callers at once; the second one names only files that another process reads. Each waits for an answer
 * before its next request. It touches the file first, so that the daemon reads the file again.
 */
async function attack(stage: Stage, signal: AbortSignal): Promise<number> {
  const path = socketPath(stage.product.env, process.getuid?.() ?? 0) ?? '';
  let sent = 0;
  const repeat = async (requests: readonly HostileRequest[]) => {
    while (!signal.aborted) {
      for (const { request, file } of requests) {
        if (signal.aborted) return;
        if (file !== undefined) await utimes(file, new Date(), new Date());
        await send(path, request);
        sent += 1;
      }
    }
  };
  const here = [...hostileFrames(stage), ...(await writeFiles(READ_HERE, stage))];
  await Promise.all([repeat(here), repeat(await writeFiles(READ_APART, stage))]);
  return sent;
}

const hostile: Measurement = {
  name: 'hostile',
  perRoundTrip: false,
  async measure(stage) {
    const { steps, run, options } = stage;
    const get = { name: 'ours', steps: [steps.ours('get', STATIC)], settle: 10 };
    const rounds = options.quick ? 200 : 1_000;
    // For the first two seconds, each get also reads the good caller's own files.
    await setTimeout(2_500);
    await run([get], { kind: 'rounds', rounds: 1, warmup: 1 });
    const stop = new AbortController();
    const attacked = attack(stage, stop.signal);
    const measured = await run([get], { kind: 'rounds', rounds, warmup: 0 });
    stop.abort();
    const sent = await attacked;
    const times = measured.of('ours').milliseconds;
    const longest = Math.max(...times);
    return {
      name: 'hostile',
      what: 'longest get beside hostile ones',
      ours: milliseconds(longest),
      others: `median ${digits(median(times))} ms, ${sent} hostile`,
      checks: [atMost(longest, 'ms', 100)],
      numbers: { longest_ms: longest, median_ms: median(times), hostile: sent },
    };
  },
};

export const hostileMeasurements: readonly Measurement[] = [hostile];
