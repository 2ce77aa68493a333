// The schema of config.yaml: its keys and the form of each value.
// Uses zod/mini: the daemon keeps the schema in memory all its life, and the full zod takes 9 MB more.
import * as z from 'zod/mini';
import { parseRegistry, partitionOfRegion } from '../registry/ecr-hostname.ts';
import { ROLE_ARN } from '../registry/role-arn.ts';
import { DEFAULTS } from './defaults.ts';
import { parseDuration } from './duration.ts';
import { parsePattern } from './pattern.ts';

const PROFILE_NAME = /^[^\p{Cc}[\]]{1,256}$/u;

const profileName = z
  .string('must be the name of a profile; quote it if it looks like a number')
  .check(z.regex(PROFILE_NAME, 'must be the name of a profile in ~/.aws/config'));

/** Whether a rule can use this name of a profile. */
export function isProfileName(name: string): boolean {
  return PROFILE_NAME.test(name);
}

const variableName = (message: string) => z.string(message).check(z.regex(/^[A-Za-z_]\w{0,255}$/, message));

const roleArn = z
  .string('must be the ARN of an IAM role')
  .check(z.regex(ROLE_ARN, 'must be the ARN of an IAM role, such as arn:aws:iam::111122223333:role/EcrPull'));

const AUDIENCE = 'must be true, or the audience that the role trusts';

/** The message for a value of the wrong type. Other faults of an object keep their own messages. */
const expected = (what: string) => ({
  error: ({ code }: { code?: string | undefined }) =>
    code === 'invalid_type' ? `must be ${what}` : undefined,
});

/** An optional key and its description. */
const key = <T extends z.core.SomeType>(type: T, description: string) =>
  z.optional(type).check(z.describe(description));

export const ruleShape = z.strictObject(
  {
    profile: key(profileName, 'A profile of ~/.aws/config that may use the registry.'),
    role_arn: key(roleArn, 'A role to assume, usually in the account of the registry.'),
    source_profile: key(profileName, 'The profile whose credentials assume the role.'),
    credential_source: key(
      z.enum(
        ['Environment', 'Ec2InstanceMetadata', 'EcsContainer'],
        'must be Environment, Ec2InstanceMetadata or EcsContainer',
      ),
      'Where the credentials that assume the role come from, instead of source_profile.',
    ),
    web_identity_token_file: key(
      z.string('must be an absolute path').check(z.regex(/^\//, 'must be an absolute path')),
      'A file with an OpenID Connect token that assumes the role, instead of source_profile.',
    ),
    web_identity_token_env: key(
      variableName('must be the name of a variable, such as AWS_OIDC_TOKEN'),
      'A variable with an OpenID Connect token that assumes the role, instead of source_profile. GitLab sets one by id_tokens.',
    ),
    github_oidc: key(
      z.union([z.literal(true), z.string().check(z.regex(/^[\w.:/-]{1,256}$/, AUDIENCE))], AUDIENCE),
      "In a job of GitHub Actions, the job's OIDC token assumes the role, instead of source_profile. true is for the audience sts.amazonaws.com.",
    ),
    service_account: key(
      z.literal(true, 'must be true; leave it out otherwise'),
      "For the kubelet: use the role in the annotations of the pod's service account. With role_arn, that role is assumed from it.",
    ),
    // Lengths and characters: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    external_id: key(
      z
        .string('must be a string; quote it if it looks like a number')
        .check(
          z.regex(/^[\w+=,.@:/-]{2,1224}$/, 'must be 2 to 1224 characters out of A-Z a-z 0-9 _+=,.@:/-'),
        ),
      'The external ID that the trust policy of the role asks for.',
    ),
    role_session_name: key(
      z
        .string('must be a string; quote it if it looks like a number')
        .check(z.regex(/^[\w+=,.@-]{2,64}$/, 'must be 2 to 64 characters out of A-Z a-z 0-9 _+=,.@-')),
      'The name of the session in CloudTrail. Without it: ecr-xacct-USER.',
    ),
    duration_seconds: key(
      z
        .int('must be a whole number of seconds')
        .check(
          z.minimum(900, 'must be at least 900 seconds'),
          z.maximum(43_200, 'must be at most 43200 seconds (12 hours)'),
        ),
      "How long the role's own session lasts, in seconds.",
    ),
    mfa_serial: key(
      z
        .string('must be the ARN or serial number of an MFA device, in quotes')
        .check(z.regex(/^[\w+=/:,.@-]{9,256}$/, 'must be the ARN or serial number of an MFA device')),
      'The MFA device that the trust policy of the role asks for.',
    ),
    region: key(
      z
        .string('must be an AWS region, such as eu-central-1')
        .check(
          z.refine(
            (region) => partitionOfRegion(region) !== undefined,
            'must be an AWS region, such as eu-central-1',
          ),
        ),
      "The region whose STS assumes the role. Without it: the profile's, else the registry's.",
    ),
    registry: key(
      z.string('must be an ECR hostname').check(
        z.toLowerCase(),
        z.refine((hostname) => parseRegistry(hostname) !== undefined, {
          error: 'must be an ECR hostname, such as 111122223333.dkr.ecr.us-east-1.amazonaws.com',
        }),
      ),
      'For a hostname of your own in front of ECR: the ECR hostname behind it.',
    ),
  },
  expected('a rule, such as { profile: dev }'),
);

const ruleSchema = ruleShape.check(
  z.superRefine((rule, context) => {
    for (const { key, message } of contradictions(rule)) {
      context.addIssue({ code: 'custom', path: key === undefined ? [] : [key], message });
    }
  }),
);

export type Rule = z.infer<typeof ruleSchema>;

export const SOURCES = [
  'source_profile',
  'credential_source',
  'web_identity_token_file',
  'web_identity_token_env',
  'github_oidc',
  'service_account',
] as const;
const WEB_IDENTITY: readonly string[] = ['web_identity_token_file', 'web_identity_token_env', 'github_oidc'];
const ROLE_KEYS = ['external_id', 'role_session_name', 'duration_seconds', 'mfa_serial'] as const;

function* contradictions(
  rule: Record<string, unknown>,
): Generator<{ key: string | undefined; message: string }> {
  const given = (key: string) => rule[key] !== undefined;
  const [source, second] = SOURCES.filter(given);
  if (given('role_arn')) {
    if (given('profile')) {
      yield { key: 'profile', message: 'cannot be used with role_arn; write source_profile instead' };
    } else if (source === undefined) {
      yield {
        key: 'role_arn',
        message:
          'needs source_profile, the profile whose credentials assume the role (or credential_source, web_identity_token_file, web_identity_token_env, github_oidc or service_account)',
      };
    }
    if (second !== undefined) yield { key: second, message: `contradicts ${source}; keep one of them` };
    // A rule can use external_id after service_account: the keys of the pod's own role may assume the rule's role.
    const without = WEB_IDENTITY.includes(source ?? '') ? ['external_id', 'mfa_serial'] : [];
    const alone = source === 'service_account' ? ['mfa_serial'] : without;
    for (const key of alone.filter(given)) yield { key, message: `has no effect with ${source}; remove it` };
    return;
  }
  if (given('service_account')) {
    for (const key of ['profile', ...ROLE_KEYS].filter(given)) {
      yield { key, message: `has no effect with service_account; remove it` };
    }
    for (const key of SOURCES.filter((name) => name !== 'service_account' && given(name))) {
      yield { key, message: 'contradicts service_account; keep one of them' };
    }
    return;
  }
  if (!given('profile') && source === undefined) {
    yield { key: undefined, message: 'needs profile, or role_arn with source_profile' };
  }
  for (const key of [...SOURCES, ...ROLE_KEYS].filter(given)) {
    yield { key, message: `has no effect without role_arn; add role_arn or remove ${key}` };
  }
}

const duration = (least: number, most: number, range: string) =>
  z.pipe(
    // The pattern is for the JSON Schema. parseDuration makes the same check.
    z
      .string(`must be a duration such as 15m (${range})`)
      .check(z.regex(/^\d{1,6}[smh]$/, `must be a duration such as 15m (${range})`)),
    z.transform((text: string, { issues }) => {
      const milliseconds = parseDuration(text);
      if (milliseconds !== undefined && milliseconds >= least && milliseconds <= most) return milliseconds;
      issues.push({ code: 'custom', input: text, message: `must be a duration such as 15m (${range})` });
      return z.NEVER;
    }),
  );

const HOUR = 3_600_000;

export const configSchema = z.strictObject(
  {
    registries: z
      ._default(
        z.nullable(
          z.record(
            z.string().check(
              z.refine((key) => parsePattern(key) !== undefined, {
                error:
                  'is neither a bare hostname (no https://, no path) nor a pattern: write `*` for the whole account, region or suffix, such as "*.dkr.ecr.us-east-1.amazonaws.com" or "111122223333.dkr.ecr.*.amazonaws.com"',
              }),
            ),
            ruleSchema,
            expected('hostnames and patterns, each with a rule below it'),
          ),
        ),
        {},
      )
      .check(z.describe('The identity for each registry: hostname or pattern, then profile or role.')),
    refresh_margin: z
      ._default(duration(0, 6 * HOUR, '0s to 6h'), DEFAULTS.refreshMargin)
      .check(z.describe('A token with less life than this is not used if ECR gives a new one.')),
    max_token_age: z
      ._default(duration(60_000, 12 * HOUR, '1m to 12h'), DEFAULTS.maxTokenAge)
      .check(z.describe('A token older than this is never handed out, whatever ECR says of its expiry.')),
    discover: z
      ._default(z.boolean('must be true or false'), DEFAULTS.discover)
      .check(
        z.describe('Whether to look in ~/.aws/config for a profile of the account, if no rule covers it.'),
      ),
    mfa_process: key(
      z.string('must be a command line').check(z.regex(/\S/, 'must be a command line')),
      'A command that prints an MFA code, for `ecr-xacct login`; MFA_SERIAL in its environment is the device.',
    ),
    process_env: key(
      z.nullable(
        z
          .array(
            variableName('must be the name of a variable, such as VAULT_ADDR'),
            'must be a list of names of variables, such as [VAULT_ADDR]',
          )
          .check(z.maxLength(100, 'must be at most 100 names')),
      ),
      'Variables by which your credential_process chooses its keys. Another value is another token. Those of the usual vaults and sign-ins (AWS_*, VAULT_*, OP_* and others) always count.',
    ),
    fallback_helper: key(
      z
        .string('must be the name of a credential helper, such as osxkeychain')
        .check(
          z.regex(
            /^(?!ecr-xacct$)[\w.-]+$/,
            'must be the name of another credential helper, such as osxkeychain: docker-credential-NAME without docker-credential-',
          ),
        ),
      'If this program is the credsStore: the credential helper for hosts that are not ECR.',
    ),
  },
  expected('keys with values, such as registries: with hostnames below it'),
);
