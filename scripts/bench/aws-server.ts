// Runs the fake AWS in a separate process, so that it does not slow the measuring process. Messages control it.
import { startFakeAws } from '../../test/fake-aws/start-fake-aws.ts';
import {
  PRIMARY_ACCOUNT,
  SECONDARY_ACCOUNT,
  twoAccountWorld,
} from '../../test/fake-aws/two-account-world.ts';
import type { AwsMessage, AwsReply } from './aws.ts';

const { AWS_SERVER_CERT: cert = '', AWS_SERVER_KEY: key = '', AWS_SERVER_ROLES: roles = '' } = process.env;
const aws = await startFakeAws({ tls: { cert, key }, host: '0.0.0.0', port: 443 });
twoAccountWorld(aws.world);
const principal = { AWS: `arn:aws:iam::${SECONDARY_ACCOUNT}:root` };
for (const role of roles.split(',')) {
  aws.world.account(PRIMARY_ACCOUNT).role(role, {
    trust: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
    },
    policies: [
      {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' }],
      },
    ],
  });
}

function obey(message: AwsMessage): void {
  aws.faults.clear();
  const { tokenLife } = message;
  if (tokenLife === undefined) return;
  aws.faults.next({
    kind: 'token',
    service: 'ecr',
    times: Number.POSITIVE_INFINITY,
    // Computed for each token.
    get expiresAt() {
      return Date.now() + tokenLife;
    },
  });
}

function reply(): void {
  const counted: AwsReply = {
    assumed: aws.count('sts', 'AssumeRole'),
    minted: aws.count('ecr', 'GetAuthorizationToken'),
    failed: aws.calls.filter(({ outcome }) => outcome !== 'ok').length,
    password: aws.issuedTokens.at(-1)?.password ?? '',
  };
  aws.resetCalls();
  process.send?.(counted);
}

process.on('message', (message: AwsMessage) => {
  obey(message);
  reply();
});
process.once('disconnect', () => process.exit());
reply();
