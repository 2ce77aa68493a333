// What `ecr-xacct doctor` finds at each step of the way from Docker to an image's layers.
import type { ErrorFields, XacctError } from '../errors.ts';
import { commandText, type Hint, hintLines } from '../hint.ts';

/**
 * The steps, in the order in which they are walked; the walk stops at the first that fails, which is the cause.
 *
 * For Docker: `program` (is docker-credential-ecr-xacct on PATH, and ours), `docker-config` (who serves the hostname, stale
 * logins, a wrong name of the helper), `identity` (which rule or step leads to whom), `credentials` (who AWS says that is),
 * `token` (GetAuthorizationToken, by the very way that Docker goes), `registry` (ping), `manifest`, `layers`, `upload`
 * (with --push: begun and cancelled).
 *
 * Without an image: `program`, `docker-config`, `config` (config.yaml and its rules), `aws-files`, `daemon`, and for each registry
 * that is set up the steps from `docker-config` to `registry`.
 *
 * For the kubelet: `kubelet` (where its plugins and their config are), `provider-config` (it is one), `plugin` (each is there, and
 * ours runs), `match-images` (the kubelet asks ours for the image), `plugin-env` (what the config sets for it), `config` (the rule),
 * `service-account` (the pod's token and annotations, as the kubelet sends them), then from `identity` to `layers` as for Docker.
 *
 * For ECS, Fargate and Lambda: `region` (Lambda: the same), `role` (it exists, and its service may assume it), `role-rights`
 * (its identity policies, simulated), `registry-rights` (the policies of the other account).
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

/** Whose policy or set-up the cause is. */
export type Side =
  /** This machine: PATH, Docker's config, the network. */
  | 'machine'
  /** The account that pulls: its identity policies, a boundary, a session policy. */
  | 'caller'
  /** The account of the registry: its repository's or registry's policy. */
  | 'registry'
  /** The organization: an SCP, or an RCP. */
  | 'organization'
  /** The policy of a VPC endpoint on the way. */
  | 'endpoint'
  /** The image itself: no such repository, tag or layer. */
  | 'image';

export interface Finding {
  step: DoctorStep;
  /** `unknown` where it could not be looked at; the walk goes on then. */
  outcome: 'ok' | 'warning' | 'failed' | 'unknown';
  /** One line. */
  text: string;
  /** Where it failed. */
  side?: Side;
  /** Whom it denied: an ARN. */
  principal?: string;
  /** What was denied, as IAM names it (`ecr:BatchGetImage`), and on what. */
  action?: string;
  resource?: string;
  /** The one command that fixes it. */
  command?: string;
  /** Who is to run it, where that is not the caller (`an administrator of 111122223333`). */
  by?: string;
  /** What else is worth knowing, a line each; a command begins with two blanks. */
  notes?: readonly string[];
}

/** What a denial is known by until both sides were looked at; it is not printed. */
export interface DeniedFinding extends Finding {
  /** What its command does about the registry's policies. */
  does?: 'grant' | 'look' | 'upgrade-scope';
  /** The repository may be what is missing: this was not asked as the registry's account. */
  mayBeAbsent?: boolean;
  /** What is not there. */
  lacks?: 'repository' | 'image';
}

/** As it is printed. */
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

/** A command has a line of its own; what is to be done besides is a note. */
function fieldsOf(hint: Hint | undefined): Pick<Finding, 'command' | 'by' | 'notes'> {
  if (hint === undefined) return {};
  const { say, run, by, next } = hint;
  if (run === undefined || say !== undefined || next !== undefined) return { notes: hintLines(hint) };
  return { command: commandText(run), ...(by && { by }) };
}

/** What could not be looked at, because AWS could not be asked. */
export function unknownFinding(step: DoctorStep, what: string, { message, hint }: XacctError): Finding {
  return { step, outcome: 'unknown', text: `${what}: ${message}`, ...fieldsOf(hint) };
}

export interface Diagnosis {
  image: string;
  hostname: string;
  findings: readonly Finding[];
  /** The first that failed; left out where an image can be pulled (and pushed). */
  cause?: Finding;
}
