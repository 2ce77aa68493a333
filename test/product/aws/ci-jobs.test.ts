// A CI job's own token: the identity with it, with and without a daemon, and the errors of a job without a token.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PRIMARY_ACCOUNT, REGION, SECONDARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import { ciRole, jobToken, startGithubJob, trustJobs } from '../../support/product/ci-jobs.ts';
import { failureOf, type ProductEnvironment, passwordOf, type Rules } from '../../support/product/product.ts';
import { HOST, type ProductStage, startProductStage } from '../../support/product/stage.ts';

const OTHER_HOST = `${SECONDARY_ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;

async function startStage(registries: Rules): Promise<ProductStage> {
  const stage = await startProductStage({ files: () => ({ registries }) });
  trustJobs(stage);
  return stage;
}

const rulesWith = (source: Rules[string]): Rules => ({
  [HOST]: { role_arn: ciRole(PRIMARY_ACCOUNT), ...source },
  [OTHER_HOST]: { role_arn: ciRole(SECONDARY_ACCOUNT), ...source },
});

async function principalsOf({ product, aws }: ProductStage, env: ProductEnvironment): Promise<string[]> {
  const principals: string[] = [];
  for (const host of [HOST, OTHER_HOST]) {
    passwordOf(await product.get(host, { env }), host);
    principals.push(aws.issuedTokens.at(-1)?.principal.replace(/\/[^/]*$/, '') ?? '');
  }
  return principals;
}

const BOTH = [PRIMARY_ACCOUNT, SECONDARY_ACCOUNT].map(
  (account) => `arn:aws:sts::${account}:assumed-role/CiPull`,
);

for (const { title, env: daemon } of [
  { title: 'through the daemon', env: {} },
  { title: 'without a daemon', env: { ECR_XACCT_DAEMON: 'off' } },
]) {
  describe(title, () => {
    test('a token in a variable pulls from both accounts', async () => {
      await using stage = await startStage(rulesWith({ web_identity_token_env: 'AWS_OIDC' }));
      assert.deepEqual(await principalsOf(stage, { ...daemon, AWS_OIDC: jobToken(1) }), BOTH);
    });

    test("GitHub's token of the job pulls from both accounts", async () => {
      await using stage = await startStage(rulesWith({ github_oidc: true }));
      await using github = await startGithubJob({ 'sts.amazonaws.com': jobToken(1) });
      assert.deepEqual(await principalsOf(stage, { ...daemon, ...github.env }), BOTH);
      assert.deepEqual(github.audiences, ['sts.amazonaws.com', 'sts.amazonaws.com']);
    });

    test('a job without the variable is told which it is, and how a job gets one', async () => {
      await using stage = await startStage(rulesWith({ web_identity_token_env: 'AWS_OIDC' }));
      const said = failureOf(await stage.product.get(HOST, { env: daemon }));
      assert.match(
        said,
        /AWS_OIDC is not set; the rule reads its web identity token from it; .*id_tokens: \{ AWS_OIDC/,
      );
    });

    test('a job that may not ask GitHub is told which permission it needs', async () => {
      await using stage = await startStage(rulesWith({ github_oidc: true }));
      await using github = await startGithubJob({});
      const said = failureOf(await stage.product.get(HOST, { env: daemon }));
      assert.match(
        said,
        /GitHub did not give this job an OIDC token: ACTIONS_ID_TOKEN_REQUEST_URL .*; write permissions: \{ id-token: write/,
      );
      const wrong = { ...daemon, ...github.env, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'other' };
      assert.match(failureOf(await stage.product.get(HOST, { env: wrong })), /an OIDC token \(HTTP 403\)/);
      const none = { ...daemon, ...github.env };
      assert.match(
        failureOf(await stage.product.get(HOST, { env: none })),
        /an OIDC token \(its answer has no value\)/,
      );
      const clear = {
        ...daemon,
        ...github.env,
        ACTIONS_ID_TOKEN_REQUEST_URL: 'http://actions.invalid/token',
      };
      assert.match(
        failureOf(await stage.product.get(HOST, { env: clear })),
        /an OIDC token \(its URL is not https\)/,
      );
    });
  });
}

test('A job is given the token of its own role session, never the one of the job before it.', async () => {
  await using stage = await startStage(rulesWith({ web_identity_token_env: 'AWS_OIDC' }));
  const passwordWith = async (AWS_OIDC: string) =>
    passwordOf(await stage.product.get(HOST, { env: { AWS_OIDC } }), HOST);
  const first = await passwordWith(jobToken(1));
  assert.equal(await passwordWith(jobToken(1)), first);
  assert.notEqual(await passwordWith(jobToken(2)), first);
  failureOf(await stage.product.get(HOST, { env: { AWS_OIDC: jobToken(3) } }));
});

test('GitHub is asked for the audience that the rule says.', async () => {
  await using stage = await startStage(rulesWith({ github_oidc: 'https://example.com' }));
  await using github = await startGithubJob({ 'https://example.com': jobToken(1) });
  await principalsOf(stage, github.env);
  assert.deepEqual(github.audiences, ['https://example.com', 'https://example.com']);
});
