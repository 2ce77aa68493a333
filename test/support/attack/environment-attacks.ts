// Attacks with the environment: variables that redirect, programs in the current folder, code for loading.
import { access, chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProductEnvironment } from '../product/product.ts';
import { HOST, type ProductStage } from '../product/stage.ts';
import { type Random, randomOf } from '../random.ts';
import { type Attack, attempted, faultOfDaemon, inTurns, shareOf, startWithDaemon } from './attacked.ts';
import { faultOf } from './rule.ts';

/** What an attacker may put into a cloned folder, under names that some program might look for. */
const PLANTED = ['docker-credential-evil', 'ecr-xacct', 'node', 'sh', 'aws', 'env', 'ssh-agent', 'id'];
const NAMES = [
  ...[
    'AWS_PROFILE',
    'AWS_DEFAULT_PROFILE',
    'ECR_XACCT_PROFILE',
    'AWS_CONFIG_FILE',
    'AWS_SHARED_CREDENTIALS_FILE',
  ],
  ...[
    'ECR_XACCT_CONFIG',
    'ECR_XACCT_SYSTEM_CONFIG',
    'ECR_XACCT_TIMEOUT',
    'ECR_XACCT_LOG',
    'ECR_XACCT_FALLBACK',
    'AWS_REGION',
    'AWS_CA_BUNDLE',
  ],
  ...[
    'AWS_ENDPOINT_URL_STS',
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'AWS_ROLE_ARN',
  ],
  ...[
    'AWS_WEB_IDENTITY_TOKEN_FILE',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    'AWS_STS_REGIONAL_ENDPOINTS',
    'LANG',
    'LC_ALL',
  ],
  ...[
    'USER',
    'TMPDIR',
    'XDG_CONFIG_HOME',
    'XDG_STATE_HOME',
    'NODE_OPTIONS',
    'NODE_PATH',
    'NODE_EXTRA_CA_CERTS',
  ],
  ...['LD_LIBRARY_PATH', 'NODE_V8_COVERAGE', 'NODE_REPL_EXTERNAL_MODULE', 'NODE_DEBUG', 'UV_THREADPOOL_SIZE'],
  ...[
    'OPENSSL_CONF',
    'SSL_CERT_FILE',
    'NODE_TLS_REJECT_UNAUTHORIZED',
    'SSLKEYLOGFILE',
    'BASH_ENV',
    'ENV',
    'IFS',
  ],
  ...['NODE_PENDING_DEPRECATION', 'NODE_REPORT_FILENAME', 'AWS_EXECUTION_ENV', 'constructor', 'HOME'],
];
const VALUES = [
  ...[
    '',
    ' ',
    '.',
    '..',
    '/',
    '/dev/zero',
    '/dev/stdin',
    '/proc/self/environ',
    '/proc/self/mem',
    './planted',
  ],
  ...[
    'x\x1b[2J',
    'a\nb',
    'ü',
    '\u202e',
    '$(touch owned)',
    '`touch owned`',
    '; touch owned',
    '%n%n',
    '0',
    '-1',
  ],
  ...[
    '../../../../etc/passwd',
    'default',
    '--inspect=127.0.0.1:0',
    '--require=./planted.cjs',
    'x'.repeat(9_999),
  ],
  ...[
    'http://user:pw@127.0.0.1:1/',
    'http://127.0.0.1:1',
    'file:///etc/passwd',
    'javascript:0',
    '1e309',
    'NaN',
  ],
];
const PATHS = [
  '.',
  '',
  'planted',
  './planted',
  '.:/usr/bin:/bin',
  ':/usr/bin:/bin',
  'planted:/usr/bin:/bin',
  '~',
];

/** One to three variables, and sometimes a PATH with the current folder. */
function surroundings(random: Random): ProductEnvironment {
  const variables = Array.from({ length: 1 + random.below(3) }, () => [
    random.pick(NAMES),
    random.pick(VALUES),
  ]);
  return { ...Object.fromEntries(variables), ...(random.below(3) === 0 ? { PATH: random.pick(PATHS) } : {}) };
}

/** Such as a cloned folder. If anything in it ran, it would create `owned`. @returns the folder. */
async function plant({ product }: ProductStage): Promise<{ folder: string; owned: string }> {
  const folder = join(product.folder, 'cloned');
  const owned = join(product.folder, 'owned');
  await mkdir(join(folder, 'planted'), { recursive: true });
  for (const name of PLANTED) {
    for (const path of [join(folder, name), join(folder, 'planted', name)]) {
      await writeFile(path, `#!/bin/sh\n: >'${owned}'\necho '{}'\n`);
      await chmod(path, 0o755);
    }
  }
  const script = `require('node:fs').writeFileSync(${JSON.stringify(owned)}, '')`;
  for (const name of ['planted.cjs', 'ecr-xacct.cjs', 'index.js', '.noderc'])
    await writeFile(join(folder, name), script);
  await writeFile(join(folder, 'package.json'), '{"main":"index.js"}');
  return { folder, owned };
}

/** In every environment, the answer is our token or one line, and nothing in the folder runs. */
export async function attackByEnvironment({ seed, count, tally, fronts }: Attack): Promise<void> {
  const kind = 'environments';
  await using stage = await startWithDaemon({ env: { ECR_XACCT_TIMEOUT: '5' } });
  const { folder: cwd, owned } = await plant(stage);
  for (const front of fronts) {
    const numbers = Array.from({ length: shareOf(front, count) }, (_, number) => number);
    await inTurns(numbers, Math.min(front.atOnce, 8), async (number) => {
      const random = randomOf(seed, kind, number);
      const env = surroundings(random);
      const input = random.pick([HOST, HOST, 'ghcr.io']);
      // If variables have paths in the caller's folder, the daemon lets the caller do the work.
      const left = front.name === 'socket' ? ' or left to the client' : '';
      const expected = (input === HOST ? 'token or refused' : 'not found or refused') + left;
      const fault = await attempted(front.ask(stage, 'get', input, env, cwd), (ran) =>
        faultOf(expected, input, ran, stage.aws.issuedTokens),
      );
      const isOwned = await access(owned).then(
        () => true,
        () => false,
      );
      const attack = JSON.stringify({ input, ...env }).slice(0, 300);
      tally.count({ kind, front: front.name, number, attack }, isOwned ? 'what was planted ran' : fault);
    });
    const afterwards = { kind, front: front.name, number: numbers.length, attack: 'the daemon afterwards' };
    tally.count(afterwards, await faultOfDaemon(stage));
  }
}
