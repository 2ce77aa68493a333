// The intended differences from the AWS CLI. docs/aws-cli-differences.md has the same rows.

export interface Difference {
  /** The first column: the subject. */
  readonly subject: string;
  readonly aws: string;
  readonly ours: string;
  readonly reason: string;
}

const DIFFERENCES = {
  rule: {
    subject: 'A rule in `config.yaml`',
    aws: 'Has no such rules.',
    ours: 'Uses the rule of the registry before keys and profiles of the environment, and before `[default]`.',
    reason: 'With a rule, each registry has its own identity.',
  },
  discovery: {
    subject: 'No profile is named, and a profile of the registry’s account exists',
    aws: 'Uses `[default]`, or the identity of the machine.',
    ours: 'Uses the profile of that account (`discover: true`) before the web identity of the environment and `[default]`.',
    reason: 'That profile is in the registry’s account. `discover: false` turns this off.',
  },
  'session-name': {
    subject: 'A role without `role_session_name`',
    aws: 'Names the session `botocore-session-` and the time.',
    ours: 'Names the session `ecr-xacct-` and the user.',
    reason: 'CloudTrail shows who pulled.',
  },
  'aws-region': {
    subject: '`AWS_REGION`',
    aws: 'Version 1 does not read it. Version 2 reads it before `AWS_DEFAULT_REGION`.',
    ours: 'As version 2: reads it before `AWS_DEFAULT_REGION` and the profile.',
    reason: 'The AWS SDKs read it, and Lambda, ECS and CloudShell set it.',
  },
  'no-region': {
    subject: 'No region is set',
    aws: 'Fails: “You must specify a region”.',
    ours: 'Asks STS in the region of the registry.',
    reason: 'The hostname of the registry contains a region.',
  },
  'sts-legacy': {
    subject: '`sts_regional_endpoints = legacy`',
    aws: 'Version 1 asks STS in us-east-1. Version 2 does not know the setting.',
    ours: 'As version 2: asks STS in the region in force.',
    reason: 'The identity is the same, and AWS itself changed the default to `regional`.',
  },
  'duration-not-a-number': {
    subject: '`duration_seconds` that is not a number, such as `1h`',
    aws: 'Ignores the setting: the session lasts one hour.',
    ours: 'Fails, and names file and line.',
    reason: 'The session would not last as long as the file says.',
  },
  'unreadable-file': {
    subject: 'A config or credentials file that cannot be read (EACCES, ELOOP), if a profile is needed',
    aws: 'Continues as if the file were empty.',
    ours: 'Fails, and names the file.',
    reason: 'The file may have the profile’s role. Without the role, the identity is another one.',
  },
  'process-json': {
    subject: 'A `credential_process` that prints `NaN` or `"Version": true`',
    aws: 'Accepts both, as Python does.',
    ours: 'Fails.',
    reason: '`NaN` is not JSON, and `true` is not version 1.',
  },
  'retired-sources': {
    subject: '`AWS_CREDENTIAL_FILE`, `BOTO_CONFIG`, `/etc/boto.cfg`, `~/.boto`',
    aws: 'Reads them before it asks the container and the instance.',
    ours: 'Does not read them.',
    reason: 'They belong to tools from before 2013. Put the keys into `~/.aws/credentials`.',
  },
} as const satisfies Record<string, Difference>;

export type DifferenceName = keyof typeof DIFFERENCES;

export const differences: Readonly<Record<DifferenceName, Difference>> = DIFFERENCES;

/** The rows of the table, as Markdown. */
export function differencesTable(): string {
  const rows = Object.values(differences).map(
    ({ subject, aws, ours, reason }) => `| ${subject} | ${aws} | ${ours} | ${reason} |`,
  );
  return ['| What | AWS CLI | ecr-xacct | Why |', '|---|---|---|---|', ...rows, ''].join('\n');
}
