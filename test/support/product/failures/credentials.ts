// The failures of AWS credentials: roles, keys, tokens in files.
import { writeFile } from 'node:fs/promises';
import { EXTERNAL_ID } from '../../../fake-aws/two-account-world.ts';
import { tokenFile } from '../identities.ts';
import type { ProductFiles, Sections } from '../product.ts';
import { devFiles, HOST, roleArn } from '../stage.ts';
import type { Failure } from './failure.ts';

function rule(settings: Sections[string]): NonNullable<Failure['files']> {
  return ({ cast }) => ({ ...devFiles(cast), registries: { [HOST]: settings } });
}

function profile(settings: Sections[string], more: Sections = {}): () => ProductFiles {
  return () => ({
    config: { 'profile mine': settings, ...more },
    registries: { [HOST]: { profile: 'mine' } },
  });
}

/** What EKS gives a pod whose service account has a role. */
function podVariables(file: string, role = 'EcrPullWebIdentity') {
  return { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: roleArn(role) };
}

function trustHint(role: string, condition = ''): string {
  return `its own policy must allow sts:AssumeRole and the role's trust policy must name it${condition}; an administrator of 111122223333 runs: aws iam get-role --role-name ${role} --query Role.AssumeRolePolicyDocument`;
}

export const credentialFailures: readonly Failure[] = [
  {
    what: 'A role that does not trust',
    files: rule({ role_arn: roleArn('NobodyTrusted'), source_profile: 'dev' }),
    identity: `role ${roleArn('NobodyTrusted')} (source profile dev)`,
    says: /STS does not let it assume the role \(User: arn:aws:iam::444455556666:user\/dev is not authorized/,
    hint: trustHint('NobodyTrusted'),
  },
  {
    what: 'A role that is not there',
    files: rule({ role_arn: 'arn:aws:iam::111122223333:role/Missing', source_profile: 'dev' }),
    identity: `role ${roleArn('Missing')} (source profile dev)`,
    says: /STS does not let it assume the role \(.*Missing\)/,
    hint: trustHint('Missing'),
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
    what: 'A web identity token that is not there',
    files: rule({ role_arn: roleArn('EcrPullWebIdentity'), web_identity_token_file: '/nonexistent/token' }),
    identity: `role ${roleArn('EcrPullWebIdentity')} (web identity token /nonexistent/token)`,
    says: /cannot read the web identity token \/nonexistent\/token/,
    hint: 'run: ls -l /nonexistent/token',
  },
  {
    what: 'A web identity token that cannot be read',
    files: () => ({}),
    env: () => podVariables('/etc'),
    identity: `role ${roleArn('EcrPullWebIdentity')} (AWS_WEB_IDENTITY_TOKEN_FILE)`,
    says: /cannot read the web identity token \/etc/,
    hint: 'run: ls -l /etc',
  },
  {
    what: 'A web identity token file with nothing in it',
    files: profile({ role_arn: roleArn('EcrPullWebIdentity'), web_identity_token_file: '/dev/null' }),
    identity: 'profile mine',
    says: /there is no web identity token in \/dev\/null \(ValidationError\)/,
    hint: 'run: ls -l /dev/null',
  },
  {
    what: 'A web identity token file that is a pipe',
    files: () => ({}),
    env: ({ product }) => podVariables(tokenFile(product)),
    prepare: ({ product }) => product.run(['mkfifo', tokenFile(product)]),
    identity: `role ${roleArn('EcrPullWebIdentity')} (AWS_WEB_IDENTITY_TOKEN_FILE)`,
    says: /cannot read the web identity token FOLDER\/web-identity-token: it is a pipe/,
    hint: 'run: ls -l FOLDER/web-identity-token',
  },
  {
    what: 'A web identity token file without end',
    files: profile({ role_arn: roleArn('EcrPullWebIdentity'), web_identity_token_file: '/dev/zero' }),
    identity: 'profile mine',
    says: /cannot read the web identity token \/dev\/zero: it is larger than 1 MiB/,
    hint: 'run: ls -l /dev/zero',
  },
  {
    what: 'A web identity token that has expired',
    files: () => ({}),
    env: ({ product }) => podVariables(tokenFile(product)),
    prepare: async ({ product, cast }) => {
      await writeFile(tokenFile(product), cast.webIdentityToken);
      for (const tokens of cast.primary.webIdentityProviders.values()) {
        tokens.set(cast.webIdentityToken, { sub: 'job', aud: 'sts.amazonaws.com', expiresAt: 1 });
      }
    },
    identity: `role ${roleArn('EcrPullWebIdentity')} (AWS_WEB_IDENTITY_TOKEN_FILE)`,
    says: /the web identity token in FOLDER\/web-identity-token has expired \(ExpiredTokenException\)/,
    hint: 'what writes it must write a new one; to see when it last did, run: ls -l FOLDER/web-identity-token',
  },
  {
    what: 'A web identity token for a role that does not trust its issuer',
    files: () => ({}),
    env: ({ product }) => podVariables(tokenFile(product), 'EcrPull'),
    prepare: ({ product, cast }) => writeFile(tokenFile(product), cast.webIdentityToken),
    identity: `role ${roleArn('EcrPull')} (AWS_WEB_IDENTITY_TOKEN_FILE)`,
    says: /STS rejected the web identity token for \S+EcrPull \(Not authorized to perform sts:AssumeRoleWithWebIdentity\)/,
    hint: 'check what the role trusts: aws iam get-role --role-name EcrPull --query Role.AssumeRolePolicyDocument',
  },
  {
    what: 'A web identity token that STS does not know',
    files: rule({ role_arn: roleArn('EcrPullWebIdentity'), web_identity_token_file: '/etc/hostname' }),
    identity: `role ${roleArn('EcrPullWebIdentity')} (web identity token /etc/hostname)`,
    says: /STS rejected the web identity token for .*EcrPullWebIdentity/,
    hint: 'check what the role trusts: aws iam get-role --role-name EcrPullWebIdentity --query Role.AssumeRolePolicyDocument',
  },
  {
    what: 'A credential_source Environment without keys in it',
    files: profile({ role_arn: roleArn('EcrPull'), credential_source: 'Environment' }),
    identity: 'profile mine',
    says: /AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set/,
    hint: 'run: export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…',
  },
  {
    what: 'A credential_source that AWS does not have',
    files: profile({ role_arn: roleArn('EcrPull'), credential_source: 'Lambda' }),
    identity: 'profile mine',
    says: /credential_source Lambda of profile mine is none of Environment, Ec2InstanceMetadata and EcsContainer \(~\/\.aws\/config:3\)/,
    hint: 'run: aws configure set credential_source NAME --profile mine',
  },
];
