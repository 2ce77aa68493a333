// Owns the part of the failure table where no AWS credentials come: roles, SSO, processes, tokens in files.
import { EXTERNAL_ID, SECONDARY_ACCOUNT } from './fake-aws/two-account-world.ts';
import type { ProductFiles, Sections } from './product.ts';
import type { Failure } from './product-failure.ts';
import { devFiles, HOST, roleArn } from './product-stage.ts';

function rule(settings: Sections[string]): NonNullable<Failure['files']> {
  return ({ cast }) => ({ ...devFiles(cast), registries: { [HOST]: settings } });
}

function profile(settings: Sections[string], more: Sections = {}): () => ProductFiles {
  return () => ({
    config: { 'profile mine': settings, ...more },
    registries: { [HOST]: { profile: 'mine' } },
  });
}

/** A profile whose credentials this command of a POSIX shell prints. */
function process(script: string): Pick<Failure, 'files' | 'identity' | 'hint'> {
  return {
    files: profile({ credential_process: `sh -c "${script}"` }),
    identity: 'profile mine',
    hint: 'to see it fail, run: aws sts get-caller-identity --profile mine',
  };
}

function trustHint(role: string, condition = ''): string {
  return `its own policy must allow sts:AssumeRole and the role's trust policy must name it${condition}; an administrator of 111122223333 runs: aws iam get-role --role-name ${role} --query Role.AssumeRolePolicyDocument`;
}

const SSO = {
  sso_start_url: 'https://corp.example/start',
  sso_region: 'us-east-1',
  sso_account_id: SECONDARY_ACCOUNT,
  sso_role_name: 'Developer',
};

export const credentialFailures: readonly Failure[] = [
  {
    what: 'A role that does not trust',
    files: rule({ role_arn: roleArn('NobodyTrusted'), source_profile: 'dev' }),
    identity: `role ${roleArn('NobodyTrusted')} (source profile dev)`,
    says: /STS does not let it assume the role \(User: arn:aws:iam::444455556666:user\/dev is not authorized/,
    hint: trustHint('NobodyTrusted'),
  },
  {
    what: 'A role with a wrong external ID',
    files: rule({
      role_arn: roleArn('EcrPullExternal'),
      source_profile: 'dev',
      external_id: `${EXTERNAL_ID}0`,
    }),
    identity: `role ${roleArn('EcrPullExternal')} (source profile dev)`,
    says: /STS does not let it assume the role \(.*EcrPullExternal\)/,
    hint: trustHint('EcrPullExternal', ' with this external_id'),
  },
  {
    what: 'An SSO session that was never begun',
    files: profile(SSO),
    identity: 'profile mine',
    says: /its SSO session has expired or was never begun/,
    hint: 'run: aws sso login --profile mine',
  },
  {
    what: 'An SSO session behind a role',
    files: profile({ role_arn: roleArn('EcrPull'), source_profile: 'sso' }, { 'profile sso': SSO }),
    identity: 'profile mine',
    says: /profile sso's SSO session has expired or was never begun/,
    hint: 'run: aws sso login --profile sso',
  },
  {
    what: 'A profile with half of the SSO settings',
    files: profile({ sso_session: 'corp', sso_account_id: SECONDARY_ACCOUNT }),
    identity: 'profile mine',
    says: /the SSO settings of profile mine in ~\/\.aws\/config are incomplete/,
    hint: 'run: aws configure sso --profile mine',
  },
  {
    what: 'A login session that has expired',
    files: profile({ login_session: 'arn:aws:iam::444455556666:user/dev' }),
    identity: 'profile mine',
    says: /its login session has expired/,
    hint: 'run: aws login --profile mine',
  },
  {
    what: 'A credential_process that fails and shows a secret',
    ...process('echo fake-secret-of-dev/0123456789+abcdefgh | tee /dev/stderr; exit 1'),
    says: /its credential_process failed/,
  },
  {
    what: 'A credential_process that prints a secret and no JSON',
    ...process('echo fake-secret-of-dev/0123456789+abcdefgh'),
    says: /its credential_process printed no valid JSON/,
  },
  {
    what: 'A credential_process of another version',
    ...process(`echo '{\\"Version\\":2}'`),
    says: /printed JSON without "Version": 1/,
  },
  {
    what: 'A credential_process without keys',
    ...process(`echo '{\\"Version\\":1}'`),
    says: /printed JSON without AccessKeyId and SecretAccessKey/,
  },
  {
    what: 'A credential_process whose keys have expired',
    ...process(
      `echo '{\\"Version\\":1,\\"AccessKeyId\\":\\"A\\",\\"SecretAccessKey\\":\\"s\\",\\"SessionToken\\":\\"t\\",\\"Expiration\\":\\"2020-01-01T00:00:00Z\\"}'`,
    ),
    says: /its credential_process returned expired credentials/,
  },
  {
    what: 'A credential_process that prints without end',
    ...process('yes'),
    says: /its credential_process printed more than 1 MiB/,
  },
  {
    what: 'A credential_process that hangs',
    ...process('sleep 60'),
    env: () => ({ ECR_XACCT_TIMEOUT: '5' }),
    says: /its credential_process did not end within 5 s/,
    hint: 'to wait longer, run: export ECR_XACCT_TIMEOUT=10',
  },
  {
    what: 'A web identity token that is not there',
    files: rule({ role_arn: roleArn('EcrPullWebIdentity'), web_identity_token_file: '/nonexistent/token' }),
    identity: `role ${roleArn('EcrPullWebIdentity')} (web identity token /nonexistent/token)`,
    says: /cannot read the web identity token \/nonexistent\/token/,
    hint: 'run: ls -l /nonexistent/token',
  },
  {
    what: 'A web identity token that STS does not know',
    files: rule({ role_arn: roleArn('EcrPullWebIdentity'), web_identity_token_file: '/etc/hostname' }),
    identity: `role ${roleArn('EcrPullWebIdentity')} (web identity token /etc/hostname)`,
    says: /STS rejected the web identity token for .*EcrPullWebIdentity/,
    hint: 'check who the role trusts: aws iam get-role --role-name EcrPullWebIdentity --query Role.AssumeRolePolicyDocument',
  },
  {
    what: 'A credential_source Environment without keys in it',
    files: profile({ role_arn: roleArn('EcrPull'), credential_source: 'Environment' }),
    identity: 'profile mine',
    says: /AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set/,
    hint: 'run: export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…',
  },
  {
    what: 'A container endpoint that refuses',
    files: () => ({}),
    env: ({ aws }) => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.url}/nothing` }),
    identity: "the container's role",
    says: /the container credential endpoint gave no credentials/,
    hint: 'check: env | grep AWS_CONTAINER',
  },
  {
    what: 'No EC2 instance role',
    files: () => ({}),
    env: ({ aws }) => ({ AWS_EC2_METADATA_DISABLED: undefined, AWS_EC2_METADATA_SERVICE_ENDPOINT: aws.url }),
    identity: 'no AWS identity',
    says: /no rule in .* covers it, and neither AWS_PROFILE nor AWS_ACCESS_KEY_ID is set, and no profile of account 111122223333 in ~\/\.aws\/config, and there is no EC2 instance role/,
    hint: 'add a rule to ~/.config/ecr-xacct/config.yaml, or with a profile that may use account 111122223333, run: export AWS_PROFILE=NAME',
  },
];
