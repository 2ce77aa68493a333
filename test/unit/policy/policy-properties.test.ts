// Properties of every grant, revocation and answer about a request, with random policies and the fake AWS's own
// evaluation.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Grantee } from '../../../src/policy/access.ts';
import { grantAccess } from '../../../src/policy/grant.ts';
import {
  type PolicyDocument,
  parsePolicy,
  policyText,
  type Statement,
  statementsOf,
} from '../../../src/policy/policy-document.ts';
import type { PolicyRequest } from '../../../src/policy/request-match.ts';
import { allowsRequest } from '../../../src/policy/review.ts';
import { revokeAccess } from '../../../src/policy/revoke.ts';
import {
  evaluate,
  type PolicyDocument as FakeDocument,
  type Requester,
} from '../../fake-aws/policy-evaluation.ts';
import {
  FUNCTION_PULL,
  ORG,
  OTHER,
  OTHER_ORG,
  OWNER,
  PULL,
  PUSH,
  REPOSITORIES,
  ROLE,
  THIRD,
  USER,
} from '../../support/unit/policy.ts';
import { type Case, cases } from '../../support/unit/policy-documents.ts';
import { samePolicy } from '../../support/unit/same-policy.ts';

interface Asker {
  request: Pick<PolicyRequest, 'principalArn' | 'service' | 'account' | 'organization' | 'sourceArn'>;
  requester: Requester;
  context: Readonly<Record<string, string>>;
}

const ASKERS: readonly Asker[] = [
  person(ROLE, OTHER, ORG),
  person(USER, OTHER, ORG),
  person(`arn:aws:iam::${THIRD}:role/puller`, THIRD, OTHER_ORG),
  lambdaFor(OTHER),
  lambdaFor(THIRD),
];
const ACTIONS = [...new Set([...PULL, ...PUSH]), 'ecr:DescribeImages'];
const RANK = ['explicit-deny', 'denied', 'conditional', 'allowed'];

function check(property: (made: Case) => void, numRuns = 400): void {
  fc.assert(fc.property(cases, property), { numRuns });
}

test('A grant, and then its revocation, leave a policy that means the same, where no grantee was in one of ours.', () => {
  check((made) => {
    fc.pre(!isInOurs(made));
    const left = revokeAccess(grantAccess(made.document, made.access), { ...made.access, push: false });
    const nothing: PolicyDocument = { ...made.document, Statement: [] };
    assert.ok(samePolicy(left ?? nothing, made.document ?? nothing));
  });
});

test('A second grant changes nothing, and neither does a second revocation.', () => {
  check(({ document, access }) => {
    const granted = grantAccess(document, access);
    assert.equal(grantAccess(granted, access), granted);
    const revoked = revokeAccess(granted, access);
    assert.equal(revokeAccess(revoked, access), revoked);
  });
});

test('The statements of other people stay as they are and in their order, and so does the rest.', () => {
  check(({ document, foreign, access }) => {
    const before = JSON.stringify(document);
    const granted = grantAccess(document, access);
    for (const after of [
      granted,
      revokeAccess(document, access),
      revokeAccess(granted, { ...access, push: false }),
    ]) {
      const texts = statementsOf(after).map((statement) => JSON.stringify(statement));
      let from = 0;
      for (const statement of foreign) {
        const at = texts.indexOf(JSON.stringify(statement), from);
        assert.ok(at >= from, 'a statement that is not ours is gone, or has moved');
        from = at + 1;
      }
      if (document !== undefined && after !== undefined) {
        assert.deepEqual({ ...after, Statement: [] }, { ...document, Statement: [] });
      }
    }
    assert.equal(JSON.stringify(document), before);
  });
});

test('A grant denies no request that was allowed, and a revocation allows none that was denied.', () => {
  check(({ document, access }) => {
    for (const request of requests(access.target.kind)) {
      const rank = (policy: PolicyDocument | undefined) => RANK.indexOf(answer(policy, request));
      assert.ok(rank(grantAccess(document, access)) >= rank(document));
      assert.ok(rank(revokeAccess(document, access)) <= rank(document));
    }
  }, 80);
});

test('After a grant AWS lets the grantees in, unless a statement denies it; after the revocation all is as it was.', () => {
  check((made) => {
    const { document, access } = made;
    const granted = grantAccess(document, access);
    const resources = resourcesOf(access.target.kind).slice(0, 2);
    for (const [asker, actions] of access.grantees.flatMap((grantee) => askersOf(grantee, access.push))) {
      for (const action of actions) {
        for (const resource of resources) {
          const decision = decide(granted, asker, action, resource);
          assert.ok(decision !== 'denied', `${JSON.stringify(asker.request)} ${action} ${resource}`);
          if (decision === 'explicit-deny') assert.equal(decide(document, asker, action, resource), decision);
        }
      }
    }
    fc.pre(!isInOurs(made));
    const left = revokeAccess(granted, { ...access, push: false });
    for (const [asker, action, resource] of questions(access.target.kind)) {
      assert.equal(decide(left, asker, action, resource), decide(document, asker, action, resource));
    }
  }, 200);
});

test('What is said of a request is what AWS decides, wherever it can be told.', () => {
  check(({ document, access }) => {
    for (const [asker, action, resourceArn] of questions(access.target.kind)) {
      const said = answer(document, { ...asker.request, action, resourceArn });
      const decided = decide(document, asker, action, resourceArn);
      // Without a statement that allows it, it is denied, whether or not one denies it, too.
      const isTrue = said === decided || (said === 'denied' && decided === 'explicit-deny');
      assert.ok(said === 'conditional' || isTrue, `${said}, and AWS says ${decided}`);
    }
  }, 150);
});

test('Of a condition on what is known of a request, it can always be told.', () => {
  check(({ document, access }) => {
    fc.pre(!/SecureTransport/.test(JSON.stringify(document) ?? ''));
    for (const request of requests(access.target.kind))
      assert.notEqual(answer(document, request), 'conditional');
  }, 150);
});

test('A policy is read from its text as what it is.', () => {
  check(({ document = { Statement: [] } }) => {
    assert.deepEqual(parsePolicy(policyText(document), 'it'), document);
    assert.deepEqual(parsePolicy(JSON.stringify(document), 'it'), document);
  });
});

/** Whether one of the grantees is in a statement with one of our Sids. */
function isInOurs({ document, access }: Case): boolean {
  const ours = statementsOf(document).filter(({ Sid = '' }: Statement) => Sid.startsWith('EcrXacct'));
  const text = JSON.stringify(ours);
  return access.grantees.some((grantee) => {
    if (grantee.kind === 'principal') return text.includes(`"${grantee.arn}"`);
    if (grantee.kind === 'organization') return text.includes(grantee.id);
    const { account } = grantee;
    return (
      text.includes(`:${account}:root`) ||
      text.includes(`"${account}"`) ||
      text.includes(`:${account}:function:`)
    );
  });
}

function resourcesOf(kind: 'repository' | 'prefix'): string[] {
  const names = kind === 'repository' ? ['team/app'] : ['team/app', 'team/lib/x', 'other'];
  return names.map((name) => `${REPOSITORIES}/${name}`);
}

function questions(kind: 'repository' | 'prefix'): [Asker, string, string][] {
  return ASKERS.flatMap((asker) =>
    ACTIONS.flatMap((action) =>
      resourcesOf(kind).map((resource): [Asker, string, string] => [asker, action, resource]),
    ),
  );
}

function requests(kind: 'repository' | 'prefix'): PolicyRequest[] {
  return questions(kind).map(([asker, action, resourceArn]) => ({ ...asker.request, action, resourceArn }));
}

/** The caller that has a grantee's rights, and its request. */
function askersOf(grantee: Grantee, isPush: boolean): [Asker, readonly string[]][] {
  const actions = isPush ? [...PULL, ...PUSH] : PULL;
  switch (grantee.kind) {
    case 'organization':
      return [[person(`arn:aws:iam::999988887777:role/x`, '999988887777', grantee.id), actions]];
    case 'principal':
      return [[person(grantee.arn, grantee.account, OTHER_ORG), actions]];
    case 'account':
      return [[person(`arn:aws:iam::${grantee.account}:role/x`, grantee.account, OTHER_ORG), actions]];
    case 'lambda':
      return [
        [person(`arn:aws:iam::${grantee.account}:role/x`, grantee.account, OTHER_ORG), FUNCTION_PULL],
        [lambdaFor(grantee.account), FUNCTION_PULL],
      ];
  }
}

function answer(document: PolicyDocument | undefined, request: PolicyRequest) {
  return allowsRequest([document], request);
}

function decide(
  document: PolicyDocument | undefined,
  asker: Asker,
  action: string,
  resource: string,
): string {
  const policy: FakeDocument = JSON.parse(JSON.stringify(document ?? { Statement: [] }));
  const { requester, context } = asker;
  const decision = evaluate(
    { requester, action, resource, context },
    {
      identity: [{ Statement: { Effect: 'Allow', Action: '*' } }],
      scp: [],
      resource: { account: OWNER, policies: [policy] },
    },
  );
  if (decision.allowed) return 'allowed';
  return decision.explicit ? 'explicit-deny' : 'denied';
}

function person(arn: string, account: string, organization: string): Asker {
  const session = arn.replace(':iam:', ':sts:').replace(/:role\/(?:.*\/)?([^/]+)$/, ':assumed-role/$1/x');
  return {
    request: { principalArn: arn, account, organization },
    requester: session === arn ? { arn, account } : { arn: session, account, roleArn: arn },
    context: {
      'aws:PrincipalArn': arn,
      'aws:PrincipalAccount': account,
      'aws:PrincipalOrgID': organization,
      'aws:SecureTransport': 'true',
    },
  };
}

function lambdaFor(account: string): Asker {
  const service = 'lambda.amazonaws.com';
  const sourceArn = `arn:aws:lambda:us-east-1:${account}:function:api`;
  return {
    request: { service, account, sourceArn },
    requester: { arn: service, account: service, service },
    context: { 'aws:SourceArn': sourceArn, 'aws:SourceAccount': account, 'aws:SecureTransport': 'true' },
  };
}
