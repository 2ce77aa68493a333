// The side on which a denial is, and the command that fixes it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Denial, PolicyType } from '../../../src/denial.ts';
import { deniedFinding } from '../../../src/doctor/denied-finding.ts';
import { parseDenial } from '../../../src/policy/denial.ts';
import { parseRegistry } from '../../../src/registry/ecr-hostname.ts';

const HOST = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const APP = 'arn:aws:ecr:us-east-1:111122223333:repository/team/app';
const CI = 'arn:aws:sts::444455556666:assumed-role/ci/i-0a';
const SSO =
  'arn:aws:sts::444455556666:assumed-role/AWSReservedSSO_Developer_0123456789abcdef/me@corp.example';

function found(denial: Partial<Denial>, { push = false, host = HOST } = {}) {
  const registry = parseRegistry(host) ?? assert.fail();
  const whole: Denial = {
    principal: CI,
    action: 'ecr:BatchGetImage',
    resource: APP,
    isExplicit: false,
    policyType: undefined,
    policyArn: undefined,
    ...denial,
  };
  return deniedFinding('manifest', whole, { registry, repository: 'team/app', push });
}

describe('a denial', () => {
  const rows: [string, Partial<Denial>, { side?: string; by?: string; command?: string }][] = [
    [
      "is of the registry where its policy does not allow it: its owner grants access to the caller's account",
      { policyType: 'resource-based policy' },
      {
        side: 'registry',
        by: 'an administrator of 111122223333',
        command: `ecr-xacct grant 444455556666 --on ${HOST}/team/app`,
      },
    ],
    [
      'is of the registry where its policy denies it: a grant would not help',
      { policyType: 'resource-based policy', isExplicit: true },
      {
        side: 'registry',
        by: 'an administrator of 111122223333',
        command: `ecr-xacct access ${HOST}/team/app`,
      },
    ],
    [
      "is of the caller where its role's policies do not allow it",
      { policyType: 'identity-based policy' },
      {
        side: 'caller',
        by: 'an administrator of 444455556666',
        command:
          'aws iam attach-role-policy --role-name ci --policy-arn arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly',
      },
    ],
    [
      'is of the caller, who is a user',
      { policyType: 'identity-based policy', principal: 'arn:aws:iam::444455556666:user/team/dev' },
      {
        side: 'caller',
        by: 'an administrator of 444455556666',
        command:
          'aws iam attach-user-policy --user-name dev --policy-arn arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly',
      },
    ],
    [
      'is of the caller, whose permission set no command can change',
      { policyType: 'identity-based policy', principal: SSO },
      { side: 'caller', by: 'an administrator of 444455556666' },
    ],
    [
      'is of the caller where a policy of its role denies it',
      {
        policyType: 'identity-based policy',
        isExplicit: true,
        policyArn: 'arn:aws:iam::444455556666:policy/no',
      },
      {
        side: 'caller',
        by: 'an administrator of 444455556666',
        command: 'aws iam get-policy --policy-arn arn:aws:iam::444455556666:policy/no',
      },
    ],
    [
      'is of the caller, and what else the text has in it is no command',
      { policyType: 'identity-based policy', isExplicit: true, policyArn: 'arn:aws:iam::1:policy/x;id' },
      {
        side: 'caller',
        by: 'an administrator of 444455556666',
        command: "aws iam get-policy --policy-arn 'arn:aws:iam::1:policy/x;id'",
      },
    ],
    [
      'is of the caller where one of the policies of its role denies it',
      { policyType: 'identity-based policy', isExplicit: true },
      {
        side: 'caller',
        by: 'an administrator of 444455556666',
        command: 'aws iam list-attached-role-policies --role-name ci',
      },
    ],
    [
      'is of the caller, whose role has a boundary',
      { policyType: 'permissions boundary' },
      {
        side: 'caller',
        by: 'an administrator of 444455556666',
        command: 'aws iam get-role --role-name ci --query Role.PermissionsBoundary',
      },
    ],
    [
      'is of the caller, whose session has a policy',
      { policyType: 'session policy' },
      { side: 'caller', by: 'an administrator of 444455556666' },
    ],
    [
      'is of the organization',
      { policyType: 'service control policy' },
      { side: 'organization', by: 'an administrator of the organization' },
    ],
    [
      'is of the organization, whose policy is named',
      {
        policyType: 'resource control policy',
        isExplicit: true,
        policyArn: 'arn:aws:organizations::123456789012:policy/o-a/resource_control_policy/p-0x',
      },
      {
        side: 'organization',
        by: 'an administrator of the organization',
        command: 'aws organizations describe-policy --policy-id p-0x',
      },
    ],
    [
      'is of a VPC endpoint',
      { policyType: 'VPC endpoint policy' },
      {
        side: 'endpoint',
        by: 'the administrator of the VPC',
        command:
          "aws ec2 describe-vpc-endpoints --region us-east-1 --filters Name=service-name,Values=com.amazonaws.us-east-1.ecr.dkr --query 'VpcEndpoints[].PolicyDocument'",
      },
    ],
    [
      'of two accounts, without a reason, is of either',
      {},
      { by: 'an administrator of 111122223333', command: `ecr-xacct access ${HOST}/team/app` },
    ],
    [
      'within one account, without a reason, is of the caller',
      { principal: 'arn:aws:iam::111122223333:user/dev' },
      {
        side: 'caller',
        by: 'an administrator of 111122223333',
        command:
          'aws iam attach-user-policy --user-name dev --policy-arn arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly',
      },
    ],
  ];
  for (const [title, denial, expected] of rows) {
    test(`${title}.`, () => {
      const { side, by, command } = found(denial);
      assert.deepEqual({ side, by, command }, { side: undefined, command: undefined, ...expected });
    });
  }

  test('of a push is fixed by what allows a push.', () => {
    const grant = found({ policyType: 'resource-based policy' }, { push: true });
    assert.match(grant.command ?? '', / --push$/);
    const attach = found({ policyType: 'identity-based policy' }, { push: true });
    assert.match(attach.command ?? '', /AmazonEC2ContainerRegistryPowerUser$/);
  });

  test('of S3 is of the VPC endpoint of S3, with the bucket that it must let through.', () => {
    const { command, notes } = found({ policyType: 'VPC endpoint policy', action: 's3:GetObject' });
    assert.match(command ?? '', /Values=com\.amazonaws\.us-east-1\.s3 /);
    assert.deepEqual(notes, [
      'The endpoint of S3 must allow s3:GetObject on arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*.',
    ]);
  });

  test("at a VPC endpoint's own hostname is granted at the registry's.", () => {
    const host = 'vpce-0a-1b.dkr.ecr.us-east-1.vpce.amazonaws.com';
    const { command } = found({ policyType: 'resource-based policy' }, { host });
    assert.equal(command, `ecr-xacct grant 444455556666 --on ${HOST}/team/app`);
  });

  const texts: [PolicyType | undefined, boolean, string | undefined, string][] = [
    ['session policy', false, undefined, `no session policy lets ${CI} do ecr:BatchGetImage on ${APP}`],
    [
      'VPC endpoint policy',
      true,
      undefined,
      `a VPC endpoint policy denies ${CI} ecr:BatchGetImage on ${APP}`,
    ],
    [
      'identity-based policy',
      true,
      'arn:aws:iam::aws:policy/x',
      `an identity-based policy (arn:aws:iam::aws:policy/x) denies ${CI} ecr:BatchGetImage on ${APP}`,
    ],
    [
      undefined,
      false,
      undefined,
      `${CI} may not do ecr:BatchGetImage on ${APP}, and AWS does not say whose policy denies`,
    ],
  ];
  for (const [policyType, isExplicit, policyArn, text] of texts) {
    test(`is told as: ${text}`, () => {
      assert.equal(found({ policyType, isExplicit, policyArn }).text, text);
    });
  }

  test('of the token is told without its resource, which is everything.', () => {
    const text = `User: ${CI} is not authorized to perform: ecr:GetAuthorizationToken on resource: *`;
    const denial = parseDenial(text) ?? assert.fail();
    assert.match(found(denial).text, / may not do ecr:GetAuthorizationToken, and /);
  });
});
