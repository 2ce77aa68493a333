// Every client in docs/clients.md with the built helper: it fetches, and shows a failure as the page says.
import assert from 'node:assert/strict';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { PRIMARY_ACCOUNT, REGION, SECONDARY_ACCOUNT } from '../fake-aws/two-account-world.ts';
import { clientRow, rowsOfPage } from '../support/e2e/client-rows.ts';
import { type Client, clients } from '../support/e2e/clients.ts';
import { recordCalls } from '../support/e2e/recorded-calls.ts';
import {
  configOf,
  images,
  type Rule,
  type Stage,
  stageHosts,
  startStage,
  throughRole,
} from '../support/e2e/stage.ts';
import type { Workplace } from '../support/e2e/workplace.ts';
import { skipWithout } from '../support/peers.ts';
import { enterPrivateHosts } from '../support/private-hosts.ts';

const skip = skipWithout('namespaces', 'docker-registry');
if (!skip) enterPrivateHosts(stageHosts);

/** The identities that fail, and the end of their line. */
const failing: readonly { rule: Rule; fix: string }[] = [
  {
    rule: throughRole('NobodyTrusted'),
    fix: `an administrator of ${PRIMARY_ACCOUNT} runs: aws iam get-role --role-name NobodyTrusted --query Role.AssumeRolePolicyDocument`,
  },
  { rule: { profile: 'corp' }, fix: 'run: aws sso login --profile corp' },
];

const ssoProfile = `
[sso-session corp]
sso_start_url = https://corp.awsapps.example/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access
[profile corp]
sso_session = corp
sso_account_id = ${SECONDARY_ACCOUNT}
sso_role_name = Developer
`;

describe('the clients of docs/clients.md', { skip, timeout: 240_000 }, () => {
  let stage: Stage;
  let page: ReadonlyMap<string, string>;
  before(async () => {
    stage = await startStage({ engine: skipWithout('dockerd') === false });
    preparePublishing(stage);
    page = await rowsOfPage();
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => {
    stage.aws.resetCalls();
    stage.registry.calls.length = 0;
  });

  for (const client of clients) {
    const missing = skipWithout(...client.needs);
    test(`${client.name} fetches through a role, and shows what the page says of a failure`, {
      skip: missing,
    }, async (t) => {
      const workplace = await stage.workplace(t, throughRole('EcrPublish'));
      await writeHome(workplace, client);
      const recorded = await recordCalls(workplace);
      const env = { ...client.env, ...recorded.env };
      for (const command of client.push?.() ?? []) await workplace.succeed(command, { env });
      stage.aws.resetCalls();
      stage.registry.calls.length = 0;
      await recorded.taken();

      await setRule(workplace, throughRole('EcrPull'));
      await workplace.succeed(client.pull(), { env });
      const called = stage.aws.calls.map(({ action, outcome }) => `${action} ${outcome}`);
      assert.deepEqual(called, ['AssumeRole ok', 'GetAuthorizationToken ok']);
      assert.deepEqual(principals(stage), [`arn:aws:sts::${PRIMARY_ACCOUNT}:assumed-role/EcrPull`]);
      const calls = await recorded.taken();

      for (const { rule, fix } of failing) {
        await setRule(workplace, rule);
        const ran = await workplace.run(client.pull(), { env });
        assert.notEqual(ran.status, 0);
        const failed = { ...ran, fix, calls: await recorded.taken() };
        assert.equal(page.get(client.name), clientRow(client, calls, failed));
      }
    });
  }

  test('the page has no row of a client that is not run', () => {
    assert.deepEqual([...page.keys()].toSorted(), clients.map(({ name }) => name).toSorted());
  });

  for (const { rule, fix } of failing) {
    test(`doctor says the fix that a client may not show: ${fix}`, async (t) => {
      const workplace = await stage.workplace(t, rule);
      await appendFile(join(workplace.home, '.aws/config'), ssoProfile);
      const { status, stdout } = await workplace.run(['ecr-xacct', 'doctor', images.shared]);
      assert.notEqual(status, 0);
      assert.ok(stdout.includes(fix.replace(/^.*runs?: /, '')), stdout);
    });
  }
});

/** The Dev Containers CLI lists the tags, and also pushes a list of the namespace's content. */
function preparePublishing({ cast: { primary } }: Stage): void {
  const Principal = { AWS: `arn:aws:iam::${SECONDARY_ACCOUNT}:root` };
  const trust = { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' } as const;
  const rights = { Effect: 'Allow', Action: 'ecr:*', Resource: '*' } as const;
  primary.repository(REGION, 'team').role('EcrPublish', {
    trust: { Version: '2012-10-17', Statement: [trust] },
    policies: [{ Version: '2012-10-17', Statement: [rights] }],
  });
}

async function writeHome({ home }: Workplace, { files = {} }: Client): Promise<void> {
  await appendFile(join(home, '.aws/config'), ssoProfile);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(home, name)), { recursive: true });
    await writeFile(join(home, name), content);
  }
}

function setRule({ home }: Workplace, rule: Rule): Promise<void> {
  return writeFile(join(home, '.config/ecr-xacct/config.yaml'), configOf(rule));
}

/** The callers at the registry, without session names. */
function principals({ registry }: Stage): string[] {
  const seen = registry.calls.flatMap(
    ({ principal }) => principal?.replace(/(assumed-role\/\w+).*/, '$1') ?? [],
  );
  return [...new Set(seen)];
}
