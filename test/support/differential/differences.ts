// Owns the differences from the AWS CLI that are meant; docs/aws-cli-differences.md has the same rows.

export interface Difference {
  /** The first column: what it is about. */
  readonly subject: string;
  readonly aws: string;
  readonly ours: string;
  readonly reason: string;
}

const DIFFERENCES = {
  rule: {
    subject: 'A rule in `config.yaml`',
    aws: 'There is none.',
    ours: 'The rule of the registry comes before keys and profiles of the environment, and before `[default]`.',
    reason: 'It is there so that each registry has its own identity.',
  },
  discovery: {
    subject: 'No profile is named, and a profile of the registry’s account exists',
    aws: '`[default]`, or what the machine gives.',
    ours: 'The profile of that account (`discover: true`), before the web identity of the environment and `[default]`.',
    reason: 'It is the identity of the registry. `discover: false` switches it off.',
  },
  'session-name': {
    subject: 'A role without `role_session_name`',
    aws: 'The session is named `botocore-session-` and the time.',
    ours: 'The session is named `ecr-xacct-` and the user.',
    reason: 'CloudTrail shows who pulled.',
  },
  'aws-region': {
    subject: '`AWS_REGION`',
    aws: 'Version 1 does not read it. Version 2 reads it before `AWS_DEFAULT_REGION`.',
    ours: 'As version 2: it comes before `AWS_DEFAULT_REGION` and the profile.',
    reason: 'The AWS SDKs read it, and Lambda, ECS and CloudShell set it.',
  },
  'no-region': {
    subject: 'No region is set',
    aws: 'An error: “You must specify a region”.',
    ours: 'STS is asked in the region of the registry.',
    reason: 'The hostname of the registry says a region.',
  },
  'sts-legacy': {
    subject: '`sts_regional_endpoints = legacy`',
    aws: 'Version 1 asks STS in us-east-1. Version 2 does not know the setting.',
    ours: 'As version 2: STS is asked in the region in force.',
    reason: 'The identity is the same, and AWS itself turned the setting to `regional`.',
  },
  'duration-not-a-number': {
    subject: '`duration_seconds` that is not a number, such as `1h`',
    aws: 'Leaves the setting out: the session lasts one hour.',
    ours: 'An error with file and line.',
    reason: 'The session would not last as long as the file says.',
  },
  'unreadable-file': {
    subject: 'A config or credentials file that cannot be read (EACCES, ELOOP), where a profile is needed',
    aws: 'Reads on as if the file were empty.',
    ours: 'An error with the file.',
    reason: 'The file may have the profile’s role: without it, the identity is another one.',
  },
  'process-json': {
    subject: 'What a `credential_process` prints: `NaN`, `"Version": true`',
    aws: 'Python takes both.',
    ours: 'An error.',
    reason: 'They are not JSON, and not version 1.',
  },
  'retired-sources': {
    subject: '`AWS_CREDENTIAL_FILE`, `BOTO_CONFIG`, `/etc/boto.cfg`, `~/.boto`',
    aws: 'Read before the container and the instance.',
    ours: 'Not read.',
    reason: 'They are of tools from before 2013. Put the keys into `~/.aws/credentials`.',
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
