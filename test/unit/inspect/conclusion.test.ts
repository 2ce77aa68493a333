// Tests the conclusion of an explanation.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Explanation } from '../../../src/helper/explain.ts';
import { commandText } from '../../../src/hint.ts';
import { conclusionOf } from '../../../src/inspect/conclusion.ts';
import { parseRegistry } from '../../../src/registry/ecr-hostname.ts';

const HOST = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const LAPTOP = { isInstance: false, hasProfiles: true };

function explanation(more: Partial<Explanation>): Explanation {
  const registry = parseRegistry(HOST);
  return {
    hostname: HOST,
    ...(registry && { registry }),
    steps: [],
    candidates: [],
    learnt: [],
    unknown: [],
    ...more,
  };
}

const INSTANCE: Partial<Explanation> = {
  steps: [{ step: 'default', outcome: 'yes', why: 'nothing else is configured' }],
  candidates: [{ identity: "the EC2 instance's role", chain: ["the EC2 instance's role"], reason: '' }],
  chosen: 0,
};

const fixOf = (more: Partial<Explanation>, machine = LAPTOP) => {
  const { identity, fix } = conclusionOf(explanation(more), machine);
  assert.equal(identity, undefined);
  return fix?.run && commandText(fix.run);
};

describe('An explanation comes to', () => {
  test('the chosen candidate', () => {
    const candidates = ['a', 'b'].map((name) => ({ identity: `profile ${name}`, chain: [], reason: '' }));
    assert.deepEqual(conclusionOf(explanation({ candidates, chosen: 1 }), LAPTOP), { identity: 'profile b' });
  });

  test("the instance's role on an instance, and to none elsewhere", () => {
    assert.equal(
      conclusionOf(explanation(INSTANCE), { ...LAPTOP, isInstance: true }).identity,
      "the EC2 instance's role",
    );
    assert.equal(fixOf(INSTANCE), "ecr-xacct rule add '111122223333.dkr.ecr.*.amazonaws.com' --profile NAME");
  });

  test('what docker login brought, whatever the profiles are', () => {
    assert.match(
      conclusionOf(explanation({ login: 'AWS' }), LAPTOP).identity ?? '',
      /docker login brought \(AWS\)/,
    );
  });

  test('none with the fix of the candidate, of a half-written profile, of asking AWS, of a rule, of a first profile', () => {
    const fix = { run: ['aws', 'configure'] };
    const broken = { identity: 'profile a', chain: [], reason: '', problem: 'it is broken', fix };
    assert.equal(fixOf({ candidates: [broken], chosen: 0 }), 'aws configure');
    assert.equal(
      fixOf({ passedOver: [{ profile: 'half', problem: '', fix }], unknown: ['dev'] }),
      'aws configure',
    );
    assert.equal(fixOf({ unknown: ['dev'] }), `ecr-xacct explain --mint ${HOST}`);
    assert.equal(fixOf({ ...INSTANCE, unknown: ['dev'] }), `ecr-xacct explain --mint ${HOST}`);
    assert.equal(fixOf({}), "ecr-xacct rule add '111122223333.dkr.ecr.*.amazonaws.com' --profile NAME");
    assert.equal(fixOf({}, { ...LAPTOP, hasProfiles: false }), 'aws configure sso');
  });
});
