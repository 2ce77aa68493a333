// No text of the programs has a secret, although AWS, a helper or a URL has it in its own text.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { FaultEffect } from '../../fake-aws/faults.ts';
import { startFakeAws } from '../../fake-aws/start-fake-aws.ts';
import { makeHelperScripts } from '../../support/helper-scripts.ts';
import {
  asVariables,
  CLIENT_SECRET,
  sessionOfDev,
  writeLoginCache,
  writeSsoCache,
} from '../../support/product/credential-endpoint.ts';
import { DEV, HOUR, mine, tokenFile } from '../../support/product/identities.ts';
import type { ProductEnvironment, Ran } from '../../support/product/product.ts';
import {
  devFiles,
  HOST,
  mfaRole,
  type ProductStage,
  roleFiles,
  startProductStage,
} from '../../support/product/stage.ts';
import { findSecretsInText } from '../../support/secret-scan.ts';

/** Everything that a person or a log can see after these runs: their output, and that of the daemon and of explain. */
async function everythingShown({ product }: ProductStage, env: ProductEnvironment, ran: readonly Ran[]) {
  const more = [
    await product.run(['ecr-xacct', 'status', '--json'], { env }),
    await product.run(['ecr-xacct', 'status'], { env }),
    await product.run(['ecr-xacct', 'explain', HOST, '--mint'], { env }),
    await product.run(['ecr-xacct', 'explain', HOST, '--mint', '--json'], { env }),
    await product.run(['ecr-xacct', 'doctor', `${HOST}/app:1`, '--json'], { env }),
  ];
  const log = await readFile(join(product.home, '.local/state/ecr-xacct/daemon.log'), 'utf8');
  return [...ran, ...more].map(({ stdout, stderr }) => `${stdout}${stderr}`).join('\n') + log;
}

interface Echo {
  readonly who: string;
  /** @returns the sent requests, and the environment for a get. */
  readonly prepare: (stage: ProductStage) => Promise<{ sent: string[]; env?: ProductEnvironment }>;
  /** Its error repeats the request. */
  readonly of: Pick<FaultEffect & { service: 'ecr' | 'sts' | 'sso' | 'sso-oidc' | 'signin' }, 'service'>;
}

const CORP = { 'sso-session corp': { sso_start_url: 'https://corp.example/start', sso_region: 'us-east-1' } };

async function withSso(stage: ProductStage, lifetime: number) {
  const { accessToken, refreshToken } = stage.cast.sso;
  const settings = { sso_account_id: '444455556666', sso_role_name: 'Developer', sso_session: 'corp' };
  await stage.product.configure(mine(settings, CORP)(stage));
  await writeSsoCache(stage.product, 'corp', { accessToken, refreshToken, expiresAt: Date.now() + lifetime });
  return { sent: [accessToken, refreshToken, CLIENT_SECRET] };
}

const echoes: readonly Echo[] = [
  {
    who: 'ECR, of the session in the environment,',
    prepare: async (stage) => {
      await stage.product.configure({});
      const session = sessionOfDev(stage, HOUR);
      return {
        sent: [session.aws_session_token, session.aws_secret_access_key],
        env: { ...asVariables(session), AWS_EC2_METADATA_DISABLED: 'true' },
      };
    },
    of: { service: 'ecr' },
  },
  {
    who: "STS, of a profile's session,",
    prepare: async (stage) => {
      const session = sessionOfDev(stage, HOUR);
      await stage.product.configure({ ...roleFiles(stage.cast), credentials: { dev: session } });
      return { sent: [session.aws_session_token, session.aws_secret_access_key] };
    },
    of: { service: 'sts' },
  },
  {
    who: 'STS, of a web identity,',
    prepare: async ({ product, cast }) => {
      const role_arn = 'arn:aws:iam::111122223333:role/EcrPullWebIdentity';
      await product.configure({
        registries: { [HOST]: { role_arn, web_identity_token_file: tokenFile(product) } },
      });
      await writeFile(tokenFile(product), cast.webIdentityToken);
      return { sent: [cast.webIdentityToken] };
    },
    of: { service: 'sts' },
  },
  { who: "SSO's portal", prepare: (stage) => withSso(stage, HOUR), of: { service: 'sso' } },
  { who: "SSO's renewal", prepare: (stage) => withSso(stage, -HOUR), of: { service: 'sso-oidc' } },
  { who: 'ECR, of an SSO role,', prepare: (stage) => withSso(stage, HOUR), of: { service: 'ecr' } },
  {
    who: "The renewal of aws login's session",
    prepare: async (stage) => {
      await stage.product.configure(mine({ login_session: DEV })(stage));
      await writeLoginCache(stage, { session: DEV, lifetime: -HOUR });
      return { sent: [...stage.aws.world.loginRefreshTokens.keys()] };
    },
    of: { service: 'signin' },
  },
];

const CODES = ['ValidationError', 'AccessDenied', 'NeverHeardOf'];
const FORMS: Readonly<Record<string, (text: string) => string>> = {
  'as it was sent': (text) => text,
  'in base64': (text) => Buffer.from(`AWS:${text}`).toString('base64'),
  'as in a URL': encodeURIComponent,
  'cut short': (text) => `${text.slice(0, 40)}...`,
};

test('Errors of AWS', { concurrency: 2 }, async (t) => {
  const rows = echoes.flatMap(({ who, prepare, of }) =>
    Object.entries(FORMS).map(([form, write], index) =>
      t.test(`${who} may repeat all that was sent, ${form}: none of it is shown.`, async () => {
        await using stage = await startProductStage();
        const { product, aws } = stage;
        const { sent, env = {} } = await prepare(stage);
        const code = CODES[index % CODES.length] ?? '';
        aws.faults.next({ kind: 'echo', code, write, ...of, times: Number.POSITIVE_INFINITY });
        const ran = await product.get(HOST, { env });
        assert.equal(ran.status, 1);
        const shown = await everythingShown(stage, env, [ran]);
        assert.deepEqual(findSecretsInText(shown, 'what is shown', sent), []);
        for (const secret of sent)
          assert.ok(!shown.includes(secret.slice(0, 16)), 'the beginning of a secret');
        // A signature is valid for some minutes.
        assert.doesNotMatch(shown, /Signature=[0-9a-f]/);
      }),
    ),
  );
  await Promise.all(rows);
});

test('An MFA code that AWS repeats is not shown, and an account with the same digits in it is.', async () => {
  await using stage = await startProductStage();
  const { product, aws, cast } = stage;
  await product.configure({
    ...devFiles(cast),
    config: { 'profile careful': mfaRole(cast) },
    registries: { [HOST]: { profile: 'careful' } },
  });
  aws.faults.next({ kind: 'echo', code: 'AccessDenied', service: 'sts' });
  const { stdout, stderr } = await product.run(['ecr-xacct', 'login', '--mfa-code', '222233', HOST]);
  assert.doesNotMatch(`${stdout}${stderr}`, /\b222233\b/);
  assert.match(stderr, /111122223333/);
});

const PASSWORD = 'pw-9f3c-of-a-url';

test('The userinfo of a URL is not shown, wherever it is from and wherever it fails.', {
  concurrency: 2,
}, async (t) => {
  const withPassword = (url: string) => url.replace('://', `://user:${PASSWORD}@`);
  const environments: Readonly<Record<string, (url: string) => ProductEnvironment>> = {
    'an endpoint that is no URL': () => ({ AWS_ENDPOINT_URL: `htps://user:${PASSWORD}@host/` }),
    'an endpoint that is no URL, without a scheme': () => ({ AWS_ENDPOINT_URL_STS: `user:${PASSWORD}@host` }),
    'an endpoint where no server listens': () => ({
      AWS_ENDPOINT_URL: `http://user:${PASSWORD}@127.0.0.1:1`,
    }),
    'an endpoint that refuses': (url) => ({ AWS_ENDPOINT_URL: withPassword(url) }),
    'a proxy of another kind': () => ({
      HTTP_PROXY: `socks5://user:${PASSWORD}@127.0.0.1:1`,
      HTTPS_PROXY: 'x',
    }),
    'a proxy where no server listens': () => ({ HTTP_PROXY: `http://user:${PASSWORD}@127.0.0.1:1` }),
    'a proxy that answers for AWS': (url) => ({
      AWS_ENDPOINT_URL: 'http://aws.invalid',
      HTTP_PROXY: withPassword(url),
    }),
    "a container's endpoint": () => ({
      ECR_XACCT_PROFILE: 'container',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://user:${PASSWORD}@127.0.0.1:1/?token=${PASSWORD}`,
    }),
    'a token in a query': () => ({ AWS_ENDPOINT_URL: `htps://host/?token=${PASSWORD}` }),
    'the metadata service': () => ({
      ECR_XACCT_PROFILE: 'instance',
      AWS_EC2_METADATA_DISABLED: undefined,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://user:${PASSWORD}@127.0.0.1:1`,
    }),
  };
  for (const [what, env] of Object.entries(environments)) {
    await t.test(what, async () => {
      await using stage = await startProductStage();
      await using refusing = await startFakeAws();
      const { product, cast, aws } = stage;
      const role = { role_arn: 'arn:aws:iam::111122223333:role/EcrPull' };
      await product.configure({
        ...devFiles(cast),
        config: {
          'profile container': { ...role, credential_source: 'EcsContainer' },
          'profile instance': { ...role, credential_source: 'Ec2InstanceMetadata' },
        },
      });
      aws.faults.next({ kind: 'echo', code: 'NeverHeardOf', times: Number.POSITIVE_INFINITY });
      const url = what === 'an endpoint that refuses' ? refusing.url : aws.url;
      const ran = await product.get(HOST, { env: env(url) });
      assert.equal(ran.status, 1, ran.stdout);
      const shown = await everythingShown(stage, env(url), [ran]);
      assert.ok(!shown.includes(PASSWORD), shown);
      const basic = Buffer.from(`user:${PASSWORD}`).toString('base64');
      assert.ok(!shown.includes(basic.slice(0, 16)), shown);
    });
  }
  await t.test("a profile's endpoint", async () => {
    await using stage = await startProductStage({ env: { AWS_ENDPOINT_URL: undefined } });
    const { product, cast } = stage;
    for (const endpoint_url of [`htps://user:${PASSWORD}@host`, `http://user:${PASSWORD}@127.0.0.1:1`]) {
      await product.configure({ ...devFiles(cast), config: { 'profile dev': { endpoint_url } } });
      const shown = await everythingShown(stage, {}, [await product.get(HOST)]);
      assert.ok(!shown.includes(PASSWORD), shown);
    }
  });
});

test('What is before the host of a server URL is not shown by get, store or erase, nor is what is stored.', async () => {
  await using stage = await startProductStage();
  await using scripts = await makeHelperScripts();
  const { product } = stage;
  const env = {
    PATH: `${product.env.PATH}:${scripts.PATH}`,
    AWS_SESSION_TOKEN: 'session-token-of-the-caller',
  };
  const ran: Ran[] = [];
  const hosts = ['user:PW@host.example', 'https://user:PW@host.example', `https://user:PW@${HOST}`];
  const odd = [
    'user:P@PW@host.example',
    'https://user:P%40PW@host.example',
    'user%3APW%40host.example',
    'u:P PW@h',
  ];
  const ask = async (ServerURL: string) => {
    const Secret = `stored-${PASSWORD}`;
    const input = JSON.stringify({ ServerURL, Username: 'user', Secret });
    for (const [action, stdin] of [
      ['get', ServerURL],
      ['store', input],
      ['erase', ServerURL],
    ] as const) {
      ran.push(await product.run(['docker-credential-ecr-xacct', action], { input: stdin, env }));
    }
  };
  const urls = [...hosts, ...odd].map((url) => url.replace('PW', PASSWORD));
  for (const url of urls) await ask(url);
  // Another helper prints everything that it got.
  await scripts.write('tells', 'cat; env; exit 1');
  await product.configure({ fallbackHelper: 'tells' });
  for (const url of [...urls, 'ghcr.io']) await ask(url);
  await scripts.write('tells', 'base64 -w0; exit 1');
  for (const url of ['ghcr.io']) await ask(url);
  const shown = await everythingShown(stage, env, ran);
  assert.ok(
    !shown.includes(PASSWORD),
    shown
      .split('\n')
      .filter((line) => line.includes(PASSWORD))
      .join('\n'),
  );
  assert.ok(!shown.includes('session-token-of-the-caller'));
  assert.ok(!shown.includes(Buffer.from(`"stored-${PASSWORD}`).toString('base64').slice(4, 20)));
});
