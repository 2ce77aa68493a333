// Explains each error code to the reader of its message: the cause, and the fix. Documentation is generated from it.
import type { ErrorCode } from './errors.ts';

interface ErrorHelp {
  /** One or two sentences. */
  readonly cause: string;
  readonly fix: string;
}

export const ERROR_HELP: Readonly<Record<ErrorCode, ErrorHelp>> = {
  'access-denied': {
    cause: 'AWS knows the identity and denies the action. A policy lacks it, or one denies it.',
    fix: 'Run `ecr-xacct doctor HOST/NAME:TAG`: it says whose policy denies and what to add. In the other account, `ecr-xacct grant` adds it.',
  },
  'assume-role-denied': {
    cause:
      "STS does not let the source profile assume the role. The profile's own policy must allow `sts:AssumeRole`, and the role's trust policy must name the profile's account, user or role (and the external ID, where it asks for one).",
    fix: 'Run `ecr-xacct doctor HOST/NAME:TAG`: it looks at both sides and says which one is missing.',
  },
  cancelled: {
    cause: 'You left a question with Ctrl-C or Escape. Nothing was changed.',
    fix: 'Run the command again.',
  },
  'clock-skew': {
    cause: "AWS refuses signatures that are more than five minutes off. This machine's clock is wrong.",
    fix: 'Set the clock: `sudo timedatectl set-ntp true` on Linux, `sudo sntp -sS time.apple.com` on macOS.',
  },
  'config-invalid': {
    cause:
      'A config file cannot be used: a key, a pattern or a value is wrong, or the file is not UTF-8, not a regular file, too large, or open to changes by others. The message has file, line and column.',
    fix: 'Correct the line, then run `ecr-xacct config check`. No other identity is used in the meantime.',
  },
  'credentials-expired': {
    cause: 'The credentials of the profile or of the environment are temporary, and they have expired.',
    fix: 'Get new ones where you got these, or sign in again: the message has the command.',
  },
  'credentials-invalid': {
    cause: 'AWS does not know the access key, or the secret key does not belong to it.',
    fix: 'Run `aws configure --profile NAME`, and check that no old `AWS_ACCESS_KEY_ID` is in the environment.',
  },
  daemon: {
    cause: 'The daemon is not there, or it does not answer, and the command has nothing to show without it.',
    fix: 'Pull an image, which starts the daemon, or follow the message. `ecr-xacct status` shows what runs.',
  },
  declined: {
    cause: 'You answered no. Nothing was changed.',
    fix: 'Run the command again, or with `--dry-run` to look only.',
  },
  'docker-config': {
    cause: "Docker's `config.json` cannot be read or changed as it is. The message has file and line.",
    fix: 'Correct the file, then run `ecr-xacct setup` again.',
  },
  'file-access': {
    cause: 'A file or a folder cannot be read, made or changed.',
    fix: 'Look at its owner and mode with the command in the message. What was there is still there.',
  },
  internal: {
    cause:
      'The program met something that it does not know. This is a bug, or its files were moved while it ran.',
    fix: 'Run `ecr-xacct daemon stop` and try again. If it fails again, run `ecr-xacct doctor --report FILE` and report it.',
  },
  limit: {
    cause: 'The system has no more open files, processes, memory or disk space to give.',
    fix: 'The message names the limit and how to raise it or what to free.',
  },
  'login-expired': {
    cause: 'The session of `aws login` has ended.',
    fix: 'Run `aws login --profile NAME`.',
  },
  'mfa-rejected': {
    cause: 'AWS did not accept the MFA code. Each code works once.',
    fix: "Wait for the next code and run the same command again. If it fails again, compare the device in the message with `aws iam list-mfa-devices`, and check the clock of the code's device.",
  },
  'mfa-required': {
    cause: 'The role wants an MFA code, and Docker cannot ask you for one.',
    fix: 'Run `ecr-xacct login HOST` once. Its session serves the pulls that follow.',
  },
  network: {
    cause: 'AWS cannot be reached: no route, no DNS answer, or a connection that was refused or broken.',
    fix: 'Check the network and the proxy with the `curl` command in the message. The next pull tries again.',
  },
  'no-identity': {
    cause: 'None of the five steps found an AWS identity for this hostname.',
    fix: 'Run `ecr-xacct explain HOST` to see each step, then add a rule: `ecr-xacct rule add HOST --profile NAME`.',
  },
  policy: {
    cause: 'ECR does not accept the policy, or something else writes the same policy at the same time.',
    fix: 'Run the same command with `--dry-run` to see the policy. The policy in ECR is as it was.',
  },
  'principal-not-found': {
    cause: 'The policy names a user, a role or an account that does not exist, or not under this path.',
    fix: 'Check the name and the path. For a role that was made seconds ago, add `--wait`.',
  },
  'process-failed': {
    cause:
      'Another program failed: a `credential_process`, an `mfa_process`, a `fallback_helper`, `aws` or `kubectl`.',
    fix: 'Run the command in the message by hand to see why.',
  },
  'profile-cycle': {
    cause: 'The `source_profile` lines of your profiles lead in a circle.',
    fix: 'Change one of them: the message shows the circle, with file and line.',
  },
  'profile-empty': {
    cause: 'The profile exists and has no credentials.',
    fix: 'Give it some: `aws configure sso --profile NAME`, or `aws configure --profile NAME`.',
  },
  'profile-incomplete': {
    cause: 'The profile lacks a setting that it needs, or has a value that is wrong.',
    fix: 'The message has the setting, file and line, and the command that sets it.',
  },
  'profile-missing': {
    cause: 'There is no profile of that name in `~/.aws/config` or `~/.aws/credentials`.',
    fix: 'Run `aws configure list-profiles`, and correct the name in `config.yaml` or in the variable.',
  },
  'profiles-invalid': {
    cause: 'A line of `~/.aws/config` or `~/.aws/credentials` cannot be read. The AWS CLI refuses it too.',
    fix: 'Correct the line that the message names.',
  },
  protocol: {
    cause:
      'What came in is not what the protocol of Docker, the kubelet or the registry says, or it is larger than the limit.',
    fix: 'The message says who sent what. For a login of a registry that is not ECR, use another helper: see [credsStore](creds-store.md).',
  },
  proxy: {
    cause: 'A proxy variable has no valid URL, or the proxy refuses the connection.',
    fix: 'Correct or unset the variable in the message.',
  },
  'repository-not-found': {
    cause: 'The registry has no repository of that name.',
    fix: 'Check the name with the `aws ecr describe-repositories` command in the message.',
  },
  service: {
    cause: 'AWS failed, or what answered is not AWS: a captive portal or a proxy.',
    fix: 'Wait a minute and try again. If an endpoint or a proxy is set, check it.',
  },
  'socket-unsafe': {
    cause:
      "Other users could reach the daemon's socket or replace it, or its path is too long. It is not used.",
    fix: 'Run the command in the message: it closes the folder, or names another path.',
  },
  'sso-expired': {
    cause: 'You have not signed in to the SSO session, or the sign-in has ended.',
    fix: 'Run `aws sso login --profile NAME`, then pull again.',
  },
  throttled: {
    cause: 'AWS limits the rate of requests of this account or this machine.',
    fix: 'Wait. The next pull tries again, and tokens in memory go on working.',
  },
  timeout: {
    cause: 'AWS, a registry, a program or stdin did not answer in time.',
    fix: 'Try again. On a slow network, set `ECR_XACCT_TIMEOUT` to more seconds.',
  },
  tls: {
    cause:
      'The certificate of the server is not trusted: a company proxy with its own certificate authority, or a CA bundle that cannot be read.',
    fix: 'Name the CA bundle: `export AWS_CA_BUNDLE=/path/to/ca.pem`, or `ca_bundle` in the profile.',
  },
  usage: {
    cause: 'The command line or a variable is wrong. Nothing was done.',
    fix: 'Run `ecr-xacct help COMMAND`.',
  },
  'web-identity': {
    cause:
      'The web identity token of a job or a pod is not there, has expired, or the role does not trust it.',
    fix: 'See [ci.md](ci.md) for jobs and [kubernetes.md](kubernetes.md) for pods: what the token needs, and what the role must trust.',
  },
};
