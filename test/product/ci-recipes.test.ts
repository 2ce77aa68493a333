// Each config in docs/ci.md gets tokens in a job, with the variables and the endpoint of its platform.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { jobToken, startGithubJob, trustJobs } from '../support/product/ci-jobs.ts';
import { sessionOfDev, startCredentialEndpoint } from '../support/product/credential-endpoint.ts';
import { type ProductEnvironment, passwordOf } from '../support/product/product.ts';
import { type ProductStage, startProductStage } from '../support/product/stage.ts';

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../docs/ci.md'), 'utf8');
const CONFIGS = new Map(
  [...DOCUMENT.matchAll(/^```yaml\n# config\.yaml for (.+)\n([\s\S]*?)^```$/gm)].map(
    ([, platform = '', text = '']) => [platform, text],
  ),
);

/** Milliseconds. */
const HOUR = 3_600_000;

type Job = AsyncDisposable & { readonly env: ProductEnvironment };

const JOBS: Readonly<Record<string, (stage: ProductStage) => Promise<Job>>> = {
  'GitHub Actions': () => startGithubJob({ 'sts.amazonaws.com': jobToken(1) }),
  GitLab: async () => variable('AWS_OIDC_TOKEN'),
  Buildkite: async () => variable('BUILDKITE_OIDC_TOKEN'),
  Jenkins: async () => variable('JENKINS_OIDC_TOKEN'),
  async CodeBuild(stage) {
    const endpoint = await startCredentialEndpoint(sessionOfDev(stage, HOUR));
    const env = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}/container`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: endpoint.authorization,
    };
    return { env, [Symbol.asyncDispose]: () => endpoint[Symbol.asyncDispose]() };
  },
};

function variable(name: string): Job {
  return { env: { [name]: jobToken(1) }, async [Symbol.asyncDispose]() {} };
}

test('The document has a config for each platform, and no other.', () => {
  assert.deepEqual([...CONFIGS.keys()].toSorted(), Object.keys(JOBS).toSorted());
});

for (const [platform, startJob] of Object.entries(JOBS)) {
  for (const ECR_XACCT_DAEMON of ['on', 'off']) {
    test(`A job of ${platform} gets a token for each of its registries, with the daemon ${ECR_XACCT_DAEMON}.`, async () => {
      await using stage = await startProductStage({ files: () => ({}) });
      trustJobs(stage);
      await using job = await startJob(stage);
      const text = CONFIGS.get(platform) ?? '';
      const ECR_XACCT_CONFIG = join(stage.product.folder, 'ci.yaml');
      await writeFile(ECR_XACCT_CONFIG, text);
      const env = { ...job.env, ECR_XACCT_CONFIG, ECR_XACCT_DAEMON };
      for (const [host, rule] of Object.entries<{ role_arn: string }>(parse(text).registries)) {
        passwordOf(await stage.product.get(host, { env }), host);
        const [role = ''] = /(?<=role\/).*/.exec(rule.role_arn) ?? [];
        assert.ok(stage.aws.issuedTokens.at(-1)?.principal.includes(`:assumed-role/${role}/`));
        assert.ok(stage.aws.issuedTokens.at(-1)?.principal.includes(host.slice(0, 12)));
      }
    });
  }
}
