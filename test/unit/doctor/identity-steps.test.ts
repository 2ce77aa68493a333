// doctor's findings about the identity, from the explanation of a hostname.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityFinding } from '../../../src/doctor/identity-steps.ts';
import { explain } from '../../../src/helper/explain.ts';
import { createHelperFixture } from '../../support/unit/helper.ts';

const HOST = '111122223333.dkr.ecr.us-east-1.amazonaws.com';

test('A default profile that is broken fails the step of the identity, on this machine.', async () => {
  const { deps } = createHelperFixture(
    '',
    '[default]\nrole_arn = arn:aws:iam::444455556666:role/x\nsource_profile = gone\n',
  );
  const explanation = await explain(deps, { hostname: HOST, env: { '@all': '1' }, mint: false });
  const { step, outcome, side, text, notes } = identityFinding(explanation);
  assert.deepEqual({ step, outcome, side }, { step: 'identity', outcome: 'failed', side: 'machine' });
  assert.match(text, /there is no profile gone \(the source_profile of profile default\)/);
  assert.deepEqual(notes, ['To list them, run:', '  aws configure list-profiles']);
});
