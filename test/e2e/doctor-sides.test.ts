// `ecr-xacct doctor` names the side of a denial, for every side that can deny, each enforced by the fake AWS.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Diagnosis, Side } from '../../src/doctor/finding.ts';
import type { PolicyDocument, Statement } from '../fake-aws/policy-evaluation.ts';
import { REGION } from '../fake-aws/two-account-world.ts';
import { ecrHost, images, type Stage, stageHosts, startStage } from '../support/e2e/stage.ts';
import { skipWithout } from '../support/peers.ts';
import { enterPrivateHosts } from '../support/private-hosts.ts';

const skip = skipWithout('namespaces', 'docker-registry');
if (!skip) enterPrivateHosts(stageHosts);

const document = (...statements: Statement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements,
});
const DENY = document({ Effect: 'Deny', Action: 'ecr:BatchGetImage', Resource: '*' });
const ALL = { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' } as const;
const TOKEN_ONLY = document({ Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' });

interface Row {
  side: Side;
  by: RegExp;
  /** Undefined if no command helps. */
  command: RegExp | undefined;
  set: (stage: Stage) => void;
}

const user = ({ cast }: Stage) => {
  const dev = cast.secondary.users.get('dev');
  assert.ok(dev);
  return dev;
};
const repository = ({ cast }: Stage) => {
  const app = cast.primary.registry(REGION).repositories.get('team/app');
  assert.ok(app);
  return app;
};

const ROWS: Readonly<Record<string, Row>> = {
  "no policy of the caller's": {
    side: 'caller',
    by: /an administrator of 444455556666/,
    command:
      /^aws iam attach-user-policy --user-name dev --policy-arn arn:aws:iam::aws:policy\/AmazonEC2ContainerRegistryPullOnly$/,
    set: (stage) => {
      user(stage).policies = [TOKEN_ONLY];
    },
  },
  "a Deny of the caller's policy": {
    side: 'caller',
    by: /an administrator of 444455556666/,
    command: /^aws iam list-attached-user-policies --user-name dev$/,
    set: (stage) => {
      user(stage).policies.push(DENY);
    },
  },
  "the caller's permissions boundary": {
    side: 'caller',
    by: /an administrator of 444455556666/,
    command: /^aws iam get-user --user-name dev --query User\.PermissionsBoundary$/,
    set: (stage) => {
      user(stage).boundary = TOKEN_ONLY;
    },
  },
  "no policy of the registry's": {
    side: 'registry',
    by: /an administrator of 111122223333/,
    command: new RegExp(`^ecr-xacct grant 444455556666 --on ${ecrHost}/team/app$`),
    set: (stage) => {
      repository(stage).policy = undefined;
    },
  },
  "a Deny of the repository's policy": {
    side: 'registry',
    by: /an administrator of 111122223333/,
    command: new RegExp(`^ecr-xacct access ${ecrHost}/team/app$`),
    set: (stage) => {
      repository(stage).policy = document({ Effect: 'Deny', Principal: '*', Action: 'ecr:BatchGetImage' });
    },
  },
  'a Deny of a service control policy': {
    side: 'organization',
    by: /an administrator of the organization/,
    command: undefined,
    set: ({ cast }) => {
      cast.secondary.scp = [DENY];
    },
  },
  'a service control policy that does not list it': {
    side: 'organization',
    by: /an administrator of the organization/,
    command: undefined,
    set: ({ cast }) => {
      cast.secondary.scp = [TOKEN_ONLY];
    },
  },
  'a resource control policy': {
    side: 'organization',
    by: /an administrator of the organization/,
    command: undefined,
    set: ({ cast }) => {
      cast.primary.rcp = [
        document({ Effect: 'Deny', Principal: '*', Action: 'ecr:BatchGetImage', Resource: '*' }),
      ];
    },
  },
  'a VPC endpoint that does not list it': {
    side: 'endpoint',
    by: /the administrator of the VPC/,
    command: /^aws ec2 describe-vpc-endpoints --region us-east-1 .*ecr\.dkr/,
    set: ({ cast }) => {
      cast.secondary.vpcEndpointPolicy = document({ ...ALL, Action: 'ecr:GetAuthorizationToken' });
    },
  },
  'a Deny of a VPC endpoint': {
    side: 'endpoint',
    by: /the administrator of the VPC/,
    command: /^aws ec2 describe-vpc-endpoints --region us-east-1 /,
    set: ({ cast }) => {
      cast.secondary.vpcEndpointPolicy = document(ALL, {
        ...ALL,
        Effect: 'Deny',
        Action: 'ecr:BatchGetImage',
      });
    },
  },
};

describe('doctor names the side', { skip, timeout: 120_000 }, () => {
  const lines = new Set<string>();
  for (const [what, row] of Object.entries(ROWS)) {
    describe(`of ${what}`, () => {
      let stage: Stage;
      before(async () => {
        stage = await startStage({ engine: false });
      });
      after(() => stage[Symbol.asyncDispose]());

      test('with action, resource and the fix, on a line of its own', async (t) => {
        const workplace = await stage.workplace(t, { profile: 'dev' });
        row.set(stage);
        const { status, stdout, stderr } = await workplace.run([
          'ecr-xacct',
          'doctor',
          '--json',
          images.shared,
        ]);
        assert.deepEqual([status, stderr], [1, '']);
        const { cause, findings } = JSON.parse(stdout) as Diagnosis;
        assert.ok(cause, stdout);
        assert.deepEqual([cause.step, cause.side, cause.action], ['manifest', row.side, 'ecr:BatchGetImage']);
        assert.equal(cause.resource, 'arn:aws:ecr:us-east-1:111122223333:repository/team/app');
        assert.match(cause.by ?? '', row.by);
        if (row.command === undefined) assert.equal(cause.command, undefined);
        else assert.match(cause.command ?? '', row.command);
        assert.equal(findings.at(-1)?.text, cause.text);
        assert.ok(!lines.has(cause.text), cause.text);
        lines.add(cause.text);
      });
    });
  }
});
