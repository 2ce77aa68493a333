// A HOME for tests of `ecr-xacct setup`, which runs in this process with in-memory streams.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runProgram } from '../../../src/cli/program.ts';
import { errorLines, statusOf } from '../../../src/errors.ts';

export const DOCKER = '.docker/config.json';
export const CONFIG = '.config/ecr-xacct/config.yaml';
export const STATE = '.config/ecr-xacct/setup.json';

interface Ran {
  status: number;
  stdout: string;
  stderr: string;
}

/** Disposing removes it. */
export interface SetupHome extends Disposable {
  readonly home: string;
  /** Writes paths in HOME → contents; other files stay. */
  write(files: Readonly<Record<string, string>>): void;
  /** Undefined if there is no file. */
  read(path: string): string | undefined;
  /** Path in HOME → content and mode, for every file. */
  files(): Record<string, string>;
  /** Runs `ecr-xacct …` as main does. */
  run(...args: readonly string[]): Promise<Ran>;
  /** Runs `ecr-xacct setup …`. */
  setup(...args: readonly string[]): Promise<Ran>;
  /** The same, which must succeed. @returns stdout. */
  succeed(...args: readonly string[]): Promise<string>;
}

/** A HOME with these files, and with the program in `opt/bin`, which is on PATH. */
export function makeSetupHome(
  files: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): SetupHome {
  const home = fs.mkdtempSync(join(tmpdir(), 'setup-'));
  const program = join(home, 'opt/bin/docker-credential-ecr-xacct');
  fs.mkdirSync(dirname(program), { recursive: true });
  fs.writeFileSync(program, 'the program', { mode: 0o755 });
  const front = {
    self: [
      join(home, 'opt/node/bin/node'),
      '--disable-sigusr1',
      join(home, 'opt/lib/ecr-xacct.cjs'),
    ] as const,
    env: {
      ...{ HOME: home, PATH: dirname(program), XDG_RUNTIME_DIR: join(home, 'run') },
      ECR_XACCT_SYSTEM_CONFIG: '',
      ...env,
    },
    uid: process.getuid?.(),
  };
  const write: SetupHome['write'] = (contents) => {
    for (const [path, content] of Object.entries(contents)) {
      fs.mkdirSync(dirname(join(home, path)), { recursive: true });
      fs.writeFileSync(join(home, path), content);
    }
  };
  const run: SetupHome['run'] = async (...args) => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const streams = { stdin: new PassThrough(), stdout, stderr };
    const status = await runProgram(args, front, '0', streams).catch((error: unknown) => {
      stderr.write(`${errorLines(error).join('\n')}\n`);
      return statusOf(error);
    });
    return { status, stdout: await text(stdout.end()), stderr: await text(stderr.end()) };
  };
  const setup: SetupHome['setup'] = (...args) => run('setup', ...args);
  write(files);
  return {
    home,
    write,
    read: (path) => {
      const file = join(home, path);
      return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
    },
    files: () => {
      const all = fs
        .globSync('**/*', { cwd: home, exclude: ['opt'] })
        .concat(fs.globSync('.*/**/*', { cwd: home }));
      const regular = all.filter((path) => fs.statSync(join(home, path)).isFile());
      return Object.fromEntries(
        regular.map((path) => {
          const mode = fs.statSync(join(home, path)).mode & 0o777;
          return [path, `${mode.toString(8)} ${fs.readFileSync(join(home, path), 'latin1')}`];
        }),
      );
    },
    run,
    setup,
    succeed: async (...args) => {
      const { status, stdout, stderr } = await setup(...args);
      assert.equal(status, 0, stderr);
      return stdout;
    },
    [Symbol.dispose]: () => fs.rmSync(home, { recursive: true, force: true }),
  };
}

/** The accounts in the tests of setup. */
export const PLATFORM = '444455556666';
export const IMAGES = '111122223333';

/** An account's ECR registry. */
export function host(account: string, region = 'us-east-1'): string {
  return `${account}.dkr.ecr.${region}.amazonaws.com`;
}

/** ~/.aws/config with one profile for each of the two accounts. */
export const AWS_ONE = ssoProfile('platform', PLATFORM, 'us-east-1');
export const AWS_BOTH = AWS_ONE + ssoProfile('images', IMAGES, 'eu-central-1');

/** A profile of IAM Identity Center in ~/.aws/config. */
export function ssoProfile(name: string, account: string, region?: string): string {
  const settings = [
    `sso_start_url = https://corp.awsapps.example/start`,
    `sso_region = us-east-1`,
    `sso_account_id = ${account}`,
    `sso_role_name = Developer`,
    ...(region === undefined ? [] : [`region = ${region}`]),
  ];
  return `[profile ${name}]\n${settings.join('\n')}\n`;
}

/** A config.json with these `credHelpers`, as Docker writes it. */
export function dockerText(value: object): string {
  return JSON.stringify(value, undefined, '\t');
}

/** The hostnames in `credHelpers` of a config.json; each must be ours. */
export function helperHosts(text: string | undefined): string[] {
  const { credHelpers } = JSON.parse(text ?? '{}') as { credHelpers: Record<string, string> };
  assert.deepEqual(new Set(Object.values(credHelpers)), new Set(['ecr-xacct']));
  return Object.keys(credHelpers);
}
