// The request to STS for a role: session name, duration, external ID and region, from profiles and rules.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXTERNAL_ID } from '../../fake-aws/two-account-world.ts';
import { type ProductEnvironment, passwordOf, type Sections } from '../../support/product/product.ts';
import { devFiles, HOST, roleArn, startProductStage } from '../../support/product/stage.ts';

type Settings = Readonly<Record<string, string | number>>;

interface Row {
  readonly what: string;
  /** Settings of the rule, or of a profile with them. */
  readonly settings: Settings;
  readonly env?: ProductEnvironment;
  /** With the role's ARN. */
  readonly parameters: Settings;
  readonly region?: string;
}

const ROLE = { role_arn: roleArn('EcrPull'), source_profile: 'dev' };
const NAMED = { RoleSessionName: 'ecr-xacct-dev' };

const BOTH: readonly Row[] = [
  { what: 'the user in the session name', settings: ROLE, parameters: NAMED },
  {
    what: 'a session name of its own',
    settings: { ...ROLE, role_session_name: 'build@ci' },
    parameters: { RoleSessionName: 'build@ci' },
  },
  {
    what: 'a user name with characters that STS does not take',
    settings: ROLE,
    env: { USER: 'CORP\\jo doe' },
    parameters: { RoleSessionName: 'ecr-xacct-CORP-jo-doe' },
  },
  {
    what: 'a user name that is too long',
    settings: ROLE,
    env: { USER: 'x'.repeat(100) },
    parameters: { RoleSessionName: `ecr-xacct-${'x'.repeat(54)}` },
  },
  {
    what: 'a duration',
    settings: { ...ROLE, duration_seconds: 900 },
    parameters: { ...NAMED, DurationSeconds: '900' },
  },
  {
    what: 'an external ID',
    settings: { ...ROLE, role_arn: roleArn('EcrPullExternal'), external_id: EXTERNAL_ID },
    parameters: { ...NAMED, ExternalId: EXTERNAL_ID },
  },
  {
    what: 'a region',
    settings: { ...ROLE, region: 'eu-central-1' },
    parameters: NAMED,
    region: 'eu-central-1',
  },
];

/** The same settings in both places: in a rule, or in a profile that a rule names. */
function places(settings: Settings): Record<string, { config?: Sections; registries: Sections }> {
  const profile = { config: { 'profile mine': settings }, registries: { [HOST]: { profile: 'mine' } } };
  return { rule: { registries: { [HOST]: settings } }, profile };
}

test('AssumeRole', { concurrency: 2 }, async (t) => {
  const rows = BOTH.flatMap(({ what, settings, env = {}, parameters, region = 'us-east-1' }) =>
    Object.entries(places(settings)).map(([place, files]) =>
      t.test(`A ${place}: ${what}.`, async () => {
        await using stage = await startProductStage({ env: { ECR_XACCT_DAEMON: 'off' } });
        const { product, aws, cast } = stage;
        await product.configure({ ...devFiles(cast), ...files });
        passwordOf(await product.get(HOST, { env }), HOST);
        const [call] = aws.calls;
        const { Action, Version, DurationSeconds, ...rest } = { ...call?.parameters };
        // The SDK's provider for profiles requests an hour, which is STS's default anyway.
        const asked =
          DurationSeconds === undefined || DurationSeconds === '3600' ? rest : { ...rest, DurationSeconds };
        assert.deepEqual(asked, { RoleArn: settings.role_arn, ...parameters });
        assert.deepEqual([call?.action, call?.region], ['AssumeRole', region]);
      }),
    ),
  );
  await Promise.all(rows);
});
