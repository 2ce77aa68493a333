// `access` shows a statement itself, not the words that describe it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportOf } from '../../../src/grants/access-report.ts';
import { accessText } from '../../../src/grants/access-text.ts';
import { policyText, type Statement } from '../../../src/policy/policy-document.ts';
import {
  forAll,
  foreign,
  ORG,
  policy,
  pull,
  pullOrg,
  REPOSITORIES,
  ROOT,
  registryOf,
} from '../../support/unit/policy.ts';

const SCREEN = {
  isTerminal: false,
  width: 160,
  height: undefined,
  isUnicode: true,
  paint: (_: string, text: string) => text,
};

/** For team/app, which has no policy; its registry's policy has these statements. */
function shown(...statements: Statement[]): string {
  const registry = registryOf();
  const { account, region, partition } = registry;
  const target = { account, region, partition, kind: 'repository', name: 'team/app' } as const;
  const report = reportOf(
    { registry, target },
    {
      registry: { value: policyText(policy(...statements)) },
      scope: { value: 'V2' },
      repositories: { value: [{ name: 'team/app', policy: { value: undefined } }] },
    },
  );
  return accessText(report, SCREEN);
}

test('The condition of an organization of ours is said by its name, that of another statement in full.', () => {
  const ours = shown(forAll('team/*', pullOrg(ORG)));
  assert.match(ours, new RegExp(`org ${ORG}`));
  assert.doesNotMatch(ours, /only if/);
  const Condition = { StringEquals: { 'aws:PrincipalOrgID': ORG } };
  const theirs = shown(foreign({ Principal: '*', Condition, Resource: `${REPOSITORIES}/team/*` }));
  assert.match(theirs, new RegExp(`org ${ORG}`));
  assert.match(theirs, /only if StringEquals aws:PrincipalOrgID/);
});

test('Of a repository are shown the statements whose patterns mean it, and those that are no patterns of its registry.', () => {
  assert.match(shown(forAll('team/*', pull(ROOT))), /EcrXacctPull/);
  assert.doesNotMatch(shown(forAll('other/*', pull(ROOT))), /EcrXacctPull/);
  assert.match(shown(foreign({ NotResource: `${REPOSITORIES}/other/*` })), /Theirs/);
  assert.match(shown(foreign({ Resource: 'arn:aws:s3:::bucket/*' })), /Theirs/);
});
