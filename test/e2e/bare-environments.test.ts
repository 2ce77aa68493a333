// Callers with fewer environment variables than a login shell: each pulls by the machine's rules.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { PRIMARY_ACCOUNT, REGION } from '../fake-aws/two-account-world.ts';
import { becomeMachine, builder, type Ended, runWith, writeHome } from '../support/e2e/machine.ts';
import { ecrHost, images, type Stage, stageHosts, startStage } from '../support/e2e/stage.ts';
import { peer, skipWithout } from '../support/peers.ts';
import { enterPrivateHosts } from '../support/private-hosts.ts';

const skip = skipWithout('namespaces', 'docker-registry', 'skopeo', 'cron', 'sudo');
if (!skip) {
  enterPrivateHosts(stageHosts);
  becomeMachine();
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const TOKEN_FILE = '/etc/machine-token';
const as = (uid: number) => ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];

/** Prints two lines: the answer to `get`, and the digest of an image from the registry. */
const SCRIPT = `set -e
printf %s ${ecrHost} | docker-credential-ecr-xacct get
skopeo inspect --no-tags --format '{{.Digest}}' docker://${images.shared}
`;

interface Row {
  /** As in `a service …`. */
  readonly who: string;
  readonly env: Readonly<Record<string, string>>;
  /** Before `/bin/sh -c SCRIPT`. */
  readonly through: readonly string[];
  /** Whether the caller has no `~/.aws/config` that it can read: then its environment has AWS's address. */
  readonly isHomeless?: boolean;
}

const rows: readonly Row[] = [
  { who: 'root without a HOME', env: { PATH }, through: [] },
  {
    // From systemd.exec(5), for system services without User=.
    who: 'a systemd service without User=',
    env: {
      PATH,
      LANG: 'C.UTF-8',
      INVOCATION_ID: '0'.repeat(32),
      JOURNAL_STREAM: '8:1',
      SYSTEMD_EXEC_PID: '1',
    },
    through: [],
  },
  {
    who: 'a systemd service with DynamicUser=yes',
    env: { PATH, HOME: '/', USER: 'puller', LOGNAME: 'puller', SHELL: '/usr/sbin/nologin' },
    through: as(61_842),
    isHomeless: true,
  },
  {
    who: 'a CI runner without a HOME whose user ID has no name',
    env: { PATH, CI: 'true' },
    through: as(1_000_650_000),
    isHomeless: true,
  },
  {
    who: 'a user under sudo',
    env: { PATH, HOME: '/root', AWS_PROFILE: 'of-root', XDG_RUNTIME_DIR: '/run/user/0' },
    through: ['sudo', '-n', '-u', builder.name],
  },
  {
    who: 'root under sudo of a user',
    env: { PATH, HOME: builder.home, USER: builder.name, AWS_PROFILE: 'of-builder' },
    through: [...as(builder.uid), 'sudo', '-n'],
  },
];

describe('with the rules of setup --system,', { skip, timeout: 120_000 }, () => {
  let stage: Stage;
  before(async () => {
    stage = await startStage({ engine: false });
    writeFileSync(TOKEN_FILE, stage.cast.webIdentityToken, { mode: 0o644 });
    writeFileSync('/etc/sudoers.d/builder', `${builder.name} ALL=(ALL) NOPASSWD: ALL\n`, { mode: 0o440 });
    const aws = `[default]\nregion = ${REGION}\nendpoint_url = ${stage.aws.url}\n`;
    const role = `arn:aws:iam::${PRIMARY_ACCOUNT}:role/EcrPullWebIdentity`;
    const profile = `[profile machine]\nrole_arn = ${role}\nweb_identity_token_file = ${TOKEN_FILE}\nregion = ${REGION}\n`;
    writeHome('/root', 0, { '.aws/config': aws + profile });
    writeHome(builder.home, builder.uid, { '.aws/config': aws });
    const setup = await runWith({ PATH }, ['ecr-xacct', 'setup', '--system', '--yes']);
    assert.equal(setup.status, 0, setup.stderr);
  });
  after(() => stage[Symbol.asyncDispose]());

  function assertPulled({ status, stdout, stderr }: Ended): void {
    assert.equal(status, 0, stderr);
    const [answer = '', digest = ''] = stdout.split('\n');
    const { ServerURL, Username } = JSON.parse(answer) as Record<string, unknown>;
    assert.deepEqual([ServerURL, Username], [ecrHost, 'AWS']);
    assert.match(digest, /^sha256:[0-9a-f]{64}$/);
  }

  for (const { who, env, through, isHomeless = false } of rows) {
    test(`${who} gets a token, and skopeo pulls by it.`, async () => {
      const place = isHomeless ? { AWS_ENDPOINT_URL: stage.aws.url } : {};
      assertPulled(await runWith({ ...env, ...place }, [...through, '/bin/sh', '-c', SCRIPT]));
    });
  }

  test("a job of cron's gets a token, and skopeo pulls by it.", async () => {
    const [out, script] = ['/run/cron-output', '/run/cron-script'];
    execFileSync('mkfifo', ['--mode=666', out]);
    writeFileSync(script, SCRIPT, { mode: 0o755 });
    // The job has only cron's environment: the file sets no variables.
    const job = `(env; echo; /bin/sh ${script}; echo "status $?") >${out} 2>&1`;
    writeFileSync('/etc/cron.d/pull', `@reboot ${builder.name} ${job}\n`, { mode: 0o644 });
    const cron = spawn(peer('cron'), ['-f'], { env: { PATH }, stdio: ['ignore', 'ignore', 'inherit'] });
    const ended = once(cron, 'exit');
    const { stdout } = await runWith({ PATH }, ['cat', out]);
    const [variables = '', said = ''] = stdout.split('\n\n');
    cron.kill();
    await ended;
    const names = variables.split('\n').map((line) => line.split('=')[0]);
    assert.deepEqual(names.toSorted(), ['HOME', 'LOGNAME', 'PATH', 'PWD', 'SHELL']);
    const status = Number(/^status (\d+)$/m.exec(said)?.[1]);
    assertPulled({ status, stdout: said, stderr: said });
  });
});
