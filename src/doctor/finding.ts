// What `ecr-xacct doctor` finds at each step from Docker to the layers of an image.
import type { ErrorFields, XacctError } from '../errors.ts';
import { commandText, type Hint, hintLines } from '../hint.ts';

/**
 * The steps, in the order of the check. The check stops at the first step that fails, which is the cause.
 *
 * For Docker: `program` (docker-credential-ecr-xacct is on PATH and is this program), `docker-config` (which helper
 * serves the hostname, stale logins, a wrong helper name), `identity` (the rule or step that decides, and the
 * identity), `credentials` (the caller that AWS reports), `token` (GetAuthorizationToken, called as Docker calls it),
 * `registry` (ping), `manifest`, `layers`, `upload` (with --push: begun and cancelled).
 *
 * Without an image: `program`, `docker-config`, `config` (config.yaml and its rules), `aws-files`, `daemon`; then, for
 * each registry that is set up, the steps from `docker-config` to `registry`.
 *
 * For the kubelet: `kubelet` (where its plugins and their config are), `provider-config` (the config is valid),
 * `plugin` (each plugin exists, and ours runs), `match-images` (the kubelet asks ours for the image), `plugin-env` (the
 * variables that the config sets for it), `config` (the rule), `service-account` (the pod's token and annotations, as
 * the kubelet sends them), then the steps from `identity` to `layers` as for Docker.
 *
 * For ECS, Fargate and Lambda: `region` (Lambda: the image's region is the function's), `role` (it exists, and its
 * service may assume it), `role-rights` (its identity policies, simulated), `registry-rights` (the policies of the
 * other account).
 */
export type DoctorStep =
  | 'program'
  | 'docker-config'
  | 'config'
  | 'aws-files'
  | 'daemon'
  | 'kubelet'
  | 'provider-config'
  | 'plugin'
  | 'match-images'
  | 'plugin-env'
  | 'service-account'
  | 'identity'
  | 'credentials'
  | 'token'
  | 'registry'
  | 'manifest'
  | 'layers'
  | 'upload'
  | 'region'
  | 'role'
  | 'role-rights'
  | 'registry-rights';

/** Whose policy or configuration is the cause. */
export type Side =
  /** This machine: PATH, Docker's config, the network. */
  | 'machine'
  /** The account that pulls: its identity policies, a permissions boundary, a session policy. */
  | 'caller'
  /** The registry's account: the policy of the repository or of the registry. */
  | 'registry'
  /** The organization: an SCP or an RCP. */
  | 'organization'
  /** The policy of a VPC endpoint that the request passes. */
  | 'endpoint'
  /** The image itself: there is no such repository, tag or layer. */
  | 'image';

export interface Finding {
  step: DoctorStep;
  /** `unknown` if the step could not be checked; the check then continues. */
  outcome: 'ok' | 'warning' | 'failed' | 'unknown';
  /** One line. */
  text: string;
  /** The side that failed. */
  side?: Side;
  /** The ARN of the principal that was denied. */
  principal?: string;
  /** The action that was denied, as IAM names it (`ecr:BatchGetImage`), and its resource. */
  action?: string;
  resource?: string;
  /** The one command that fixes it. */
  command?: string;
  /** Who must run the command, if not the caller (`an administrator of 111122223333`). */
  by?: string;
  /** Further notes, one line each. A command begins with two spaces. */
  notes?: readonly string[];
}

/** A denial, with what is known of it until both sides are examined. These fields are not printed. */
export interface DeniedFinding extends Finding {
  /** What its command does to the registry's policies. */
  does?: 'grant' | 'look' | 'upgrade-scope';
  /** The repository may be missing: the request was not made as the registry's account. */
  mayBeAbsent?: boolean;
  /** What is missing. */
  lacks?: 'repository' | 'image';
}

/** The finding as it is printed. */
export function shownFinding({
  does: _,
  lacks: __,
  mayBeAbsent = false,
  ...finding
}: DeniedFinding): Finding {
  if (!mayBeAbsent) return finding;
  const absent = 'ECR says the same of a repository that does not exist.';
  return { ...finding, notes: [absent, ...(finding.notes ?? [])] };
}

export function failedFinding(
  step: DoctorStep,
  { message, hint }: Pick<XacctError | ErrorFields, 'message' | 'hint'>,
  side?: Side,
): Finding {
  return { step, outcome: 'failed', text: message, ...(side && { side }), ...fieldsOf(hint) };
}

/** A command has a line of its own; other steps of the fix become notes. */
function fieldsOf(hint: Hint | undefined): Pick<Finding, 'command' | 'by' | 'notes'> {
  if (hint === undefined) return {};
  const { say, run, by, next } = hint;
  if (run === undefined || say !== undefined || next !== undefined) return { notes: hintLines(hint) };
  return { command: commandText(run), ...(by && { by }) };
}

/** A step that could not be checked, because the request to AWS failed. */
export function unknownFinding(step: DoctorStep, what: string, { message, hint }: XacctError): Finding {
  return { step, outcome: 'unknown', text: `${what}: ${message}`, ...fieldsOf(hint) };
}

export interface Diagnosis {
  image: string;
  hostname: string;
  findings: readonly Finding[];
  /** The first failure; left out if the image can be pulled (and pushed). */
  cause?: Finding;
}
