// Reading AWS's texts of an access denied, and the principal of an ARN.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Denial } from '../../../src/denial.ts';
import { parseDenial } from '../../../src/policy/denial.ts';
import { principalOf } from '../../../src/policy/principal.ts';

const USER = 'arn:aws:iam::777788889999:user/John';
const SESSION = 'arn:aws:sts::444455556666:assumed-role/ci/i-0b7c4e2f19a8d3056';
const APP = 'arn:aws:ecr:us-east-1:111122223333:repository/team/app';
const DEPLOYMENTS = 'arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:*';

/** A denial without a reason. */
function denial(principal: string, action: string, resource?: string): Denial {
  return { principal, action, resource, isExplicit: false, policyType: undefined, policyArn: undefined };
}

const john = (action: string, resource?: string) => denial(USER, action, resource);
const pull = denial(SESSION, 'ecr:BatchGetImage', APP);

describe('a text of an access denied', () => {
  const says = `User: ${USER} is not authorized to perform:`;
  const ecr = `User: ${SESSION} is not authorized to perform: ecr:BatchGetImage on resource: ${APP}`;
  const rows: [string, Denial][] = [
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html, with its line breaks and typing
    // errors.
    [
      `${says}\ncodecommit:ListRepositories because no service control policy allows the codecommit:ListRespositories action`,
      { ...john('codecommit:ListRepositories'), policyType: 'service control policy' },
    ],
    [
      `${says}\ncodecommit:ListRepositories with an explicit deny in a service control policy`,
      { ...john('codecommit:ListRepositories'), isExplicit: true, policyType: 'service control policy' },
    ],
    [
      `${says}\nsecretsmanager:GetSecretValue on resource: ${DEPLOYMENTS} with an explicit deny in a resource control policy`,
      {
        ...john('secretsmanager:GetSecretValue', DEPLOYMENTS),
        isExplicit: true,
        policyType: 'resource control policy',
      },
    ],
    [
      `${says}\ncodecommit:ListRepositories because no VPC endpoint policy allows the codecommit:ListRepositories action`,
      { ...john('codecommit:ListRepositories'), policyType: 'VPC endpoint policy' },
    ],
    [
      `${says}\ncodedeploy:ListDeployments on resource: ${DEPLOYMENTS} with an explicit deny in a VPC endpoint policy`,
      {
        ...john('codedeploy:ListDeployments', DEPLOYMENTS),
        isExplicit: true,
        policyType: 'VPC endpoint policy',
      },
    ],
    [
      `${says}\ncodedeploy:ListDeployments on resource: ${DEPLOYMENTS} because no permissions boundary allows the codedeploy:ListDeployments action`,
      { ...john('codedeploy:ListDeployments', DEPLOYMENTS), policyType: 'permissions boundary' },
    ],
    [
      `${says}\nsagemaker:ListModels with an explicit deny in a permissions boundary`,
      { ...john('sagemaker:ListModels'), isExplicit: true, policyType: 'permissions boundary' },
    ],
    [
      `${says}\ncodecommit:ListRepositories because no session policy allows the codecommit:ListRepositories action`,
      { ...john('codecommit:ListRepositories'), policyType: 'session policy' },
    ],
    [
      `${says}\ncodedeploy:ListDeployments on resource: ${DEPLOYMENTS} with an explicit deny in a sessions policy`,
      { ...john('codedeploy:ListDeployments', DEPLOYMENTS), isExplicit: true, policyType: 'session policy' },
    ],
    [
      `${says}\nsecretsmanager:GetSecretValue because no resource-based policy allows the secretsmanager:GetSecretValue action`,
      { ...john('secretsmanager:GetSecretValue'), policyType: 'resource-based policy' },
    ],
    [
      `${says}\nsecretsmanager:GetSecretValue on resource: ${DEPLOYMENTS} with an explicit deny in a resource-based policy`,
      {
        ...john('secretsmanager:GetSecretValue', DEPLOYMENTS),
        isExplicit: true,
        policyType: 'resource-based policy',
      },
    ],
    [
      `${says}\nsts:AssumeRole because no role trust policy allows the sts:AssumeRole action`,
      { ...john('sts:AssumeRole'), policyType: 'role trust policy' },
    ],
    [
      `${says}\nsts:AssumeRole with an explicit deny in the role trust policy`,
      { ...john('sts:AssumeRole'), isExplicit: true, policyType: 'role trust policy' },
    ],
    [
      `User: arn:aws:iam::123456789012:role/HR is not authorized to perform:\ncodecommit:ListRepositories because no identity-based policy allows the codecommit:ListRepositories action`,
      {
        ...denial('arn:aws:iam::123456789012:role/HR', 'codecommit:ListRepositories'),
        policyType: 'identity-based policy',
      },
    ],
    [
      `User: arn:aws:iam::123456789012:role/HR is not authorized to perform:\ncodedeploy:ListDeployments on resource: ${DEPLOYMENTS} with an explicit deny in an identity-based policy`,
      {
        ...denial('arn:aws:iam::123456789012:role/HR', 'codedeploy:ListDeployments', DEPLOYMENTS),
        isExplicit: true,
        policyType: 'identity-based policy',
      },
    ],
    [
      `User: ${SESSION} is not authorized to perform:\nSNS:Publish on resource: arn:aws:sns:us-east-1:444455556666:topic\nwith an explicit deny in a VPC endpoint policy transitively through a service control policy`,
      {
        ...denial(SESSION, 'SNS:Publish', 'arn:aws:sns:us-east-1:444455556666:topic'),
        isExplicit: true,
        policyType: 'service control policy',
      },
    ],
    // In the words of ECR's registry endpoint and of its API.
    [
      `${ecr} because no resource-based policy allows the ecr:BatchGetImage action`,
      { ...pull, policyType: 'resource-based policy' },
    ],
    [
      `denied: ${ecr} because no identity-based policy allows the ecr:BatchGetImage action`,
      { ...pull, policyType: 'identity-based policy' },
    ],
    [ecr, pull],
    [`${ecr}.`, pull],
    [
      `${SESSION} is not authorized to perform: ecr:BatchGetImage on resource: ${APP}, status code: 400`,
      pull,
    ],
    [
      `User: ${USER} is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action`,
      { ...john('ecr:GetAuthorizationToken', '*'), policyType: 'identity-based policy' },
    ],
    // With the policy that has the Deny, and with a quoted resource.
    [
      `User: ${USER} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::prod-us-east-1-starport-layer-bucket/a" with an explicit deny in an identity-based policy: arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3 (Service: S3, Status Code: 403)`,
      {
        ...john('s3:GetObject', 'arn:aws:s3:::prod-us-east-1-starport-layer-bucket/a'),
        isExplicit: true,
        policyType: 'identity-based policy',
        policyArn: 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3',
      },
    ],
    [
      `${ecr} with an explicit deny in a service control policy: arn:aws:organizations::123456789012:policy/o-aaabbbccc/service_control_policy/p-0xn1knc2`,
      {
        ...pull,
        isExplicit: true,
        policyType: 'service control policy',
        policyArn: 'arn:aws:organizations::123456789012:policy/o-aaabbbccc/service_control_policy/p-0xn1knc2',
      },
    ],
    [
      `You are not authorized to perform this operation. ${ecr} with an explicit deny in a permissions boundary: arn:aws:iam::444455556666:policy/lab-boundary.`,
      {
        ...pull,
        isExplicit: true,
        policyType: 'permissions boundary',
        policyArn: 'arn:aws:iam::444455556666:policy/lab-boundary',
      },
    ],
    // A reason that AWS may add later.
    [`${ecr} because no moon policy allows the ecr:BatchGetImage action`, pull],
  ];
  for (const [text, expected] of rows) {
    test(`is read: ${text.replaceAll('\n', ' ')}`, () => {
      assert.deepEqual(parseDenial(text), expected);
    });
  }
});

describe('no denial is read', () => {
  for (const text of [
    '',
    'Access Denied',
    'Your authorization token has expired. Reauthenticate and try again.',
    'Your Authorization Token is invalid.',
    'Request to the permissions boundary service failed',
    'You are not authorized to perform this operation. Encoded authorization failure message: 4pPsnrTQOWmSeJHm',
    'User: anonymous is not authorized to perform: ecr:BatchGetImage',
    `User: ${USER} is not authorized to perform: everything`,
  ]) {
    test(`from: ${text}`, () => {
      assert.equal(parseDenial(text), undefined);
    });
  }

  test('from arbitrary text, which throws nothing either.', () => {
    const words = fc.constantFrom(
      ...[USER, APP, ' is not authorized to perform: ', 'ecr:BatchGetImage', ' on resource: ', '"', '\n'],
      ...[
        ' because no ',
        ' allows the ',
        ' with an explicit deny in a ',
        'session policy',
        ': ',
        '.',
        ' action',
      ],
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6_000 }),
      fc.array(fc.oneof(words, fc.string({ unit: 'binary' }))).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (message) => {
        const found = parseDenial(message);
        for (const field of [found?.principal, found?.action, found?.resource, found?.policyArn]) {
          assert.match(field ?? 'x', /^[!-~]+$/);
        }
      }),
    );
  });
});

describe('the principal behind an ARN', () => {
  const aws = { account: '444455556666', partition: 'aws' };
  const rows: [string, object | undefined][] = [
    [SESSION, { kind: 'role', name: 'ci', session: 'i-0b7c4e2f19a8d3056', permissionSet: undefined, ...aws }],
    [
      'arn:aws:iam::444455556666:role/service-role/ci',
      { kind: 'role', name: 'ci', session: undefined, permissionSet: undefined, ...aws },
    ],
    [
      'arn:aws:sts::444455556666:assumed-role/AWSReservedSSO_Read_Only_0123456789abcdef/me@corp.example',
      {
        kind: 'role',
        name: 'AWSReservedSSO_Read_Only_0123456789abcdef',
        session: 'me@corp.example',
        permissionSet: 'Read_Only',
        ...aws,
      },
    ],
    [
      'arn:aws-cn:iam::444455556666:user/a/team/dev',
      { kind: 'user', name: 'dev', account: '444455556666', partition: 'aws-cn' },
    ],
    ['arn:aws:sts::444455556666:federated-user/bob', { kind: 'federated-user', name: 'bob', ...aws }],
    ['arn:aws:iam::444455556666:root', { kind: 'root', ...aws }],
    ['arn:aws:iam::444455556666:root/x', undefined],
    ['arn:aws:iam::444455556666:user/', undefined],
    ['arn:aws:sts::444455556666:assumed-role/ci', undefined],
    ['arn:aws:sts::444455556666:assumed-role/ci/a/b', undefined],
    ['arn:moon:iam::444455556666:user/dev', undefined],
    ['arn:aws:iam::44445555666:user/dev', undefined],
    [`${SESSION} and more`, undefined],
    [APP, undefined],
    ['', undefined],
  ];
  for (const [arn, expected] of rows) {
    test(`of "${arn}".`, () => {
      assert.deepEqual(principalOf(arn), expected);
    });
  }
});
