// The failures in which AWS answers with an error.
import { asVariables, sessionOfDev } from '../credential-endpoint.ts';
import type { ProductStage } from '../stage.ts';
import { devFiles, HOST, keysOf, roleArn } from '../stage.ts';
import type { Failure } from './failure.ts';

const dev = { identity: 'profile dev' };
const CONFIGURE = 'run: aws configure --profile dev';
const WAIT = 'wait a minute and run the same command again';

/** Profile `dev` with these keys. */
function keys(credentials: (stage: ProductStage) => Record<string, string>): NonNullable<Failure['files']> {
  return (stage) => ({ ...devFiles(stage.cast), credentials: { dev: credentials(stage) } });
}

export const serviceFailures: readonly Failure[] = [
  {
    what: 'A user without rights',
    files: keys(({ cast }) => keysOf(cast.denied)),
    ...dev,
    says: /not allowed to call ecr:GetAuthorizationToken \(User: arn:aws:iam::444455556666:user\/denied is not authorized/,
    hint: 'its administrator runs: aws iam attach-user-policy --user-name denied --policy-arn arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly',
  },
  {
    what: 'A key that AWS does not know',
    files: keys(({ cast }) => ({ ...keysOf(cast.dev), aws_access_key_id: 'AKIAUNKNOWN000000000' })),
    ...dev,
    says: /AWS does not know its access key \(UnrecognizedClientException\)/,
    hint: CONFIGURE,
  },
  {
    what: 'A wrong secret',
    files: keys(({ cast }) => ({ ...keysOf(cast.dev), aws_secret_access_key: 'wrong-secret' })),
    ...dev,
    says: /its secret access key is wrong \(InvalidSignatureException\)/,
    hint: CONFIGURE,
  },
  {
    what: 'A session that has expired',
    files: keys((stage) => sessionOfDev(stage, -60_000)),
    ...dev,
    says: /its credentials have expired \(ExpiredTokenException\)/,
    hint: CONFIGURE,
  },
  {
    what: 'A session in the environment that has expired',
    files: () => ({}),
    env: (stage) => asVariables(sessionOfDev(stage, -60_000)),
    identity: "the environment's AWS_ACCESS_KEY_ID",
    says: /its credentials have expired \(ExpiredTokenException\)/,
    hint: 'run: unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN',
  },
  {
    what: 'A clock that is behind',
    aws: () => ({ now: () => Date.now() + 60 * 60_000 }),
    ...dev,
    says: /\(InvalidSignatureException\): this machine's clock is 60 minutes behind AWS's \(here \d{4}-\d\d-\d\d \d\d:\d\d UTC, AWS \d{4}-\d\d-\d\d \d\d:\d\d UTC\), or /,
    hint: 'set the clock: sudo timedatectl set-ntp true; then run: aws configure --profile dev',
  },
  {
    what: 'A clock that is ahead',
    aws: () => ({ now: () => Date.now() - 60 * 60_000 }),
    ...dev,
    says: /\(InvalidSignatureException\): this machine's clock is 60 minutes ahead of AWS's \(here \d{4}-\d\d-\d\d \d\d:\d\d UTC, AWS \d{4}-\d\d-\d\d \d\d:\d\d UTC\), or /,
    hint: 'set the clock: sudo timedatectl set-ntp true; then run: aws configure --profile dev',
  },
  {
    what: 'Throttling',
    fault: { kind: 'throttle' },
    ...dev,
    says: /AWS limits the rate of requests \(ThrottlingException\)/,
    hint: WAIT,
  },
  {
    what: 'Throttling by STS',
    files: ({ cast }) => ({
      ...devFiles(cast),
      registries: { [HOST]: { role_arn: roleArn('EcrPull'), source_profile: 'dev' } },
    }),
    fault: { kind: 'throttle', service: 'sts' },
    identity: `role ${roleArn('EcrPull')} (source profile dev)`,
    says: /AssumeRole of the role: AWS limits the rate of requests \(Throttling\)/,
    hint: WAIT,
  },
  {
    what: 'A failure of AWS itself',
    fault: { kind: 'server-error' },
    ...dev,
    says: /AWS failed \(ServerException: Internal failure\)/,
    hint: WAIT,
  },
  {
    what: 'A refusal with terminal escapes, line breaks and bidirectional overrides',
    fault: {
      kind: 'error',
      code: 'AccessDeniedException',
      message: 'no \u001b[31mrights\u001b]0;title\u0007\r\nrun: \u202Esomething\u2028else',
    },
    ...dev,
    says: /\(no \\u\{1b\}\[31mrights\\u\{1b\}\]0;title\\u\{7\} run: \\u\{202e\}something\\u\{2028\}else\)/,
    hint: 'its administrator attaches the managed policy AmazonEC2ContainerRegistryPullOnly',
  },
  {
    what: 'A refusal that the program does not know',
    fault: { kind: 'error', code: 'InvalidParameterException', message: 'Invalid parameter' },
    ...dev,
    says: /AWS refused \(InvalidParameterException: Invalid parameter\)/,
    hint: 'run: aws sts get-caller-identity --profile dev',
  },
  {
    what: 'An answer that is no JSON',
    fault: { kind: 'malformed' },
    ...dev,
    says: /what answered for http:\/\/ADDRESS \(status 200\) is not AWS/,
    hint: 'check: curl -sSi http://ADDRESS/',
  },
  {
    what: 'An error in XML where JSON is spoken',
    fault: {
      kind: 'malformed',
      status: 403,
      body: '<AccessDeniedException>\n  <Message>The &quot;endpoint&quot; is \u001b[31mclosed</Message>\n</AccessDeniedException>',
    },
    ...dev,
    says: /http:\/\/ADDRESS refused \(status 403; AccessDeniedException: The "endpoint" is \\u\{1b\}\[31mclosed\)/,
    hint: 'check: curl -sSi http://ADDRESS/',
  },
  {
    what: 'A failure of a server in front of AWS, which has only XML to say',
    fault: {
      kind: 'malformed',
      status: 500,
      body: '<?xml version="1.0"?><ErrorResponse><Error><Code>InternalFailure</Code></Error></ErrorResponse>',
      times: Number.POSITIVE_INFINITY,
    },
    ...dev,
    says: /http:\/\/ADDRESS failed \(status 500; InternalFailure\)/,
    hint: WAIT,
  },
  {
    what: 'A failure of a server in front of AWS, with a page for people',
    fault: { kind: 'malformed', status: 502, body: '<html><body>Bad Gateway</body></html>' },
    ...dev,
    says: /http:\/\/ADDRESS failed \(status 502\)/,
    hint: WAIT,
  },
  {
    what: 'A page where AWS should be',
    fault: {
      kind: 'malformed',
      status: 403,
      body: '<HTML><Code>Please</Code><Message>log in</Message></HTML>',
    },
    ...dev,
    says: /what answered for http:\/\/ADDRESS \(status 403\) is not AWS/,
    hint: 'check: curl -sSi http://ADDRESS/',
  },
  {
    what: 'An answer without a token',
    fault: { kind: 'malformed', body: '{"authorizationData":[]}' },
    ...dev,
    says: /ECR answered without an authorization token/,
    hint: 'try again',
  },
];
