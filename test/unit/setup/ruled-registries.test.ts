// The registries that only rules name, and which of them setup serves.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  AWS_ONE,
  CONFIG,
  DOCKER,
  helperHosts,
  host,
  IMAGES,
  makeSetupHome,
  PLATFORM,
} from '../../support/unit/setup-home.ts';

const ROLE = `arn:aws:iam::${IMAGES}:role/EcrPull`;
const rule = `{ role_arn: "${ROLE}", source_profile: platform }`;

function homeWith(...keys: readonly string[]) {
  const lines = keys.map((key) => `  "${key}": ${rule}\n`);
  return makeSetupHome({ '.aws/config': AWS_ONE, [CONFIG]: `registries:\n${lines.join('')}` });
}

describe('A rule for an account without a profile', () => {
  test('gets the hostnames that it covers, not others of the region.', async () => {
    for (const [key, served] of [
      [`${IMAGES}.dkr-ecr.*.on.aws`, `${IMAGES}.dkr-ecr.eu-west-1.on.aws`],
      [`${IMAGES}.dkr.ecr-fips.*.amazonaws.com`, `${IMAGES}.dkr.ecr-fips.eu-west-1.amazonaws.com`],
      [`${IMAGES}.*.*.*`, host(IMAGES, 'eu-west-1')],
    ] as const) {
      using user = homeWith(key);
      await user.succeed('--yes', '--region', `${IMAGES}=eu-west-1`);
      assert.deepEqual(helperHosts(user.read(DOCKER)).slice(1), [served], key);
    }
  });

  test('in another partition gets none in this one.', async () => {
    using user = homeWith(`${IMAGES}.dkr.ecr.*.amazonaws.com.cn`);
    const stdout = await user.succeed('--yes', '--region', `${IMAGES}=eu-west-1`);
    assert.equal(helperHosts(user.read(DOCKER)).length, 1);
    assert.match(stdout, new RegExp(`--region ${IMAGES}=cn-`));
  });

  test('and without a region is left out, with the command that adds it.', async () => {
    using user = homeWith(`${IMAGES}.dkr.ecr.*.amazonaws.com`);
    const stdout = await user.succeed('--yes');
    assert.ok(stdout.includes(`no region is known for ${IMAGES}, which rules name`), stdout);
    assert.ok(stdout.includes(`ecr-xacct setup --yes --region ${IMAGES}=us-east-1`), stdout);
    assert.equal(helperHosts(user.read(DOCKER)).length, 1);
  });
});

test('A rule for one hostname of an account with a profile gets its entry, too, unless the account is left out.', async () => {
  const fips = `${PLATFORM}.dkr.ecr-fips.us-east-1.amazonaws.com`;
  using user = homeWith(fips);
  await user.succeed('--yes');
  assert.ok(helperHosts(user.read(DOCKER)).includes(fips));
});

test('The command for an account without a profile says how to name a role in it.', async () => {
  using user = makeSetupHome({ '.aws/config': AWS_ONE });
  const { status, stderr } = await user.setup('--yes', '--region', `${IMAGES}=eu-west-1`);
  assert.equal(status, 2);
  assert.match(
    stderr,
    /no profile here is of that account\nFor a role there .*, run:\n {2}ecr-xacct rule add \S+ --role-arn arn:aws:iam::\d+:role\/NAME --profile PROFILE\n/,
  );
});
