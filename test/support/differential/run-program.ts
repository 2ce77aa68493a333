// Runs one program for one case, in its own HOME, with its own fake AWS under AWS's hostnames.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { startConnectProxy } from '../../fake-aws/connect-proxy.ts';
import { type Certificate, createCertificateAuthority } from '../certificates.ts';
import type { AwsProgram } from './aws-programs.ts';
import { type Case, ROLE_ACCOUNT, type Text } from './differential-case.ts';
import { HOSTS, startDifferentialWorld } from './differential-world.ts';
import { startContainer, startInstance } from './metadata-server.ts';
import { describeCall, type Observation, observedCalls } from './observation.ts';

/** The folder of `npm run build`. */
const BIN = fileURLToPath(new URL('../../../dist/bin', import.meta.url));
/** Milliseconds; both programs give up earlier. */
const DEADLINE = 30_000;

/** AWS's certificate, and the certificate authority for both programs. */
export interface Tls extends Certificate {
  readonly authority: string;
}

export async function createTls(): Promise<Tls> {
  const authority = await createCertificateAuthority();
  return { ...(await authority.issue(HOSTS)), authority: authority.cert };
}

/** The real AWS CLI. */
export function runAws(tls: Tls, { path }: AwsProgram, one: Case): Promise<Observation> {
  const profile = one.profile === undefined ? [] : ['--profile', one.profile];
  const command = [path, ...profile, 'ecr', 'get-authorization-token', '--output', 'json'];
  return runProgram(tls, one, { command, input: '', env: {} });
}

/** The built program, without a daemon. */
export function runOurs(tls: Tls, one: Case): Promise<Observation> {
  return runProgram(tls, one, {
    command: [join(BIN, 'docker-credential-ecr-xacct'), 'get'],
    input: `${ROLE_ACCOUNT}.dkr.ecr.${one.region ?? 'us-east-1'}.amazonaws.com`,
    env: {
      ECR_XACCT_DAEMON: 'off',
      ...(one.profile === undefined ? {} : { ECR_XACCT_PROFILE: one.profile }),
    },
  });
}

interface Run {
  readonly command: readonly string[];
  readonly input: string;
  readonly env: Readonly<Record<string, string>>;
}

async function runProgram(tls: Tls, one: Case, run: Run): Promise<Observation> {
  await using resources = new AsyncDisposableStack();
  const aws = resources.use(await startDifferentialWorld(tls));
  const proxy = resources.use(await startConnectProxy(aws));
  const container = resources.use(await startContainer(one.container));
  const instance = resources.use(await startInstance(one.instance));
  const folder = await mkdtemp(join(tmpdir(), 'differential-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const home = join(folder, 'home');
  const fill = (written: string) =>
    written
      .replaceAll('{HOME}', home)
      .replaceAll('{container}', container.url)
      .replaceAll('{instance}', instance.url);
  await writeHome(home, one, fill);
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, tls.authority);
  const env = {
    HOME: home,
    PATH: `${BIN}:/usr/bin:/bin`,
    USER: 'dev',
    LANG: 'C.UTF-8',
    TMPDIR: folder,
    HTTPS_PROXY: proxy.url,
    AWS_CA_BUNDLE: caFile,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_MAX_ATTEMPTS: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_METADATA_SERVICE_TIMEOUT: '1',
    ECR_XACCT_SYSTEM_CONFIG: '',
    ...one.env,
    ...run.env,
  };
  const set = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, fill(value)]],
  );
  const ran = await spawned(run, home, Object.fromEntries(set));
  await aws.close();
  const requests = [...container.requests, ...instance.requests];
  const printed = [
    ran.stderr.trim(),
    ran.status === 0 ? '' : `(exit status ${ran.status ?? 'none: killed'})`,
  ];
  return {
    succeeded: ran.status === 0 && aws.issuedTokens.length > 0,
    calls: observedCalls(aws, one.namesSessions === true),
    left: await leftIn(home),
    trace: [...requests, ...aws.calls.map(describeCall), ...printed.filter((line) => line !== '')].map(
      (line) => line.replaceAll(folder, '~'),
    ),
  };
}

async function writeHome(home: string, one: Case, fill: (written: string) => string): Promise<void> {
  const files: Record<string, Text | undefined> = {
    '.aws/config': one.config,
    '.aws/credentials': one.credentials,
    '.config/ecr-xacct/config.yaml': one.xacct ?? 'discover: false\n',
    ...one.files,
  };
  for (const [name, content] of Object.entries(files)) {
    if (content === undefined) continue;
    const path = join(home, name);
    await mkdir(dirname(path), { recursive: true });
    const written = typeof content === 'string' ? fill(content) : content;
    const mode = typeof content === 'string' && content.startsWith('#!') ? 0o755 : 0o600;
    await writeFile(path, written, { mode });
  }
  for (const [name, target] of Object.entries(one.links ?? {})) {
    await mkdir(dirname(join(home, name)), { recursive: true });
    await symlink(fill(target), join(home, name));
  }
}

async function spawned(
  { command: [program = '', ...args], input }: Run,
  cwd: string,
  env: Record<string, string>,
) {
  const child = spawn(program, args, { cwd, env, timeout: DEADLINE, killSignal: 'SIGKILL' });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('exit', resolve);
  });
  // A program need not read its input.
  child.stdin.on('error', () => {}).end(input);
  const [status, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { status, stdout, stderr };
}

const SSO_CACHE = join('.aws', 'sso', 'cache');

/** The times in an SSO file depend on the time of the run. */
async function leftIn(home: string): Promise<Record<string, string>> {
  const names = await readdir(join(home, SSO_CACHE)).catch(() => []);
  const paths = [...names.map((name) => join(SSO_CACHE, name)), 'left'];
  const files = await Promise.all(
    paths.map(async (path): Promise<[string, string | undefined]> => {
      const content = await readFile(join(home, path), 'utf8').catch(() => undefined);
      return [path, content?.replaceAll(home, '~').replace(/"expiresAt": ?"[^"]*"/, '"expiresAt":"TIME"')];
    }),
  );
  return Object.fromEntries(
    files.flatMap(([path, content]) => (content === undefined ? [] : [[path, canonical(content)]])),
  );
}

/** The members that the CLI writes into an SSO file. Neither program uses the other's additional members. */
const SSO_MEMBERS = [
  'accessToken',
  'clientId',
  'clientSecret',
  'expiresAt',
  'refreshToken',
  'region',
  'registrationExpiresAt',
  'startUrl',
];

/** JSON with these members, in this order. */
function canonical(content: string): string {
  try {
    return JSON.stringify(JSON.parse(content), SSO_MEMBERS);
  } catch {
    return content;
  }
}
