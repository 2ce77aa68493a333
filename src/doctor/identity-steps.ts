// The steps of doctor for the identity: which one is used, what AWS reports of it, and the token that Docker gets.
import { childEnvironment } from '../caller-environment.ts';
import { type Credential, notFound, readCredential } from '../docker/messages.ts';
import type { Explanation } from '../helper/explain.ts';
import { type Invocation, waitingFor } from '../invocation.ts';
import { findProgram } from '../os/find-program.ts';
import { principalOf } from '../policy/principal.ts';
import type { Registry } from '../registry/ecr-hostname.ts';
import { timeoutMs } from '../wire/daemon-variables.ts';
import { deniedFinding } from './denied-finding.ts';
import { type Finding, failedFinding } from './finding.ts';

/** `explanation` was made without minting a token. */
export function identityFinding(explanation: Explanation): Finding {
  const { hostname, registry, login, candidates, chosen, error } = explanation;
  const step = 'identity';
  if (registry === undefined) {
    const text = `${hostname} is neither an ECR registry nor in config.yaml: it is given no credential`;
    const notes = ['A registry of ECR is written like 111122223333.dkr.ecr.us-east-1.amazonaws.com.'];
    return { step, outcome: 'failed', text, side: 'machine', notes };
  }
  if (error !== undefined) return failedFinding(step, error, 'machine');
  if (login !== undefined) {
    const text = `the login of ${login} that docker login brought comes before every profile`;
    return { step, outcome: 'warning', text, command: `docker logout ${hostname}` };
  }
  const candidate = candidates[chosen ?? 0];
  if (candidate === undefined) {
    const text = `no identity is known for ${hostname}`;
    return { step, outcome: 'failed', text, side: 'machine', command: `ecr-xacct explain ${hostname}` };
  }
  const { problem, fix, reason } = candidate;
  // The reason contains the file and line.
  if (problem !== undefined) {
    return failedFinding(step, { message: `${reason}: ${problem}`, ...(fix && { hint: fix }) }, 'machine');
  }
  const others = candidates.length > 1 ? [`the first of ${candidates.length} that can be used`] : [];
  const text = [`${candidate.identity}, by: ${candidate.reason}`, ...others].join(', ');
  return { step, outcome: 'ok', text };
}

/** From an explanation with a mint: the caller that AWS reports or, if there is no token, why. */
export function credentialsFindings(explanation: Explanation, repository: string): Finding[] {
  const { registry, caller, candidates, chosen, error } = explanation;
  // If several identities were tried, the one that worked may not be the first.
  const identity = candidates.length > 1 ? `${candidates[chosen ?? 0]?.identity}: ` : '';
  const known = (arn: string): Finding => ({
    step: 'credentials',
    outcome: 'ok',
    text: `${identity}AWS says: ${principalText(arn)}`,
    notes: [arn],
  });
  if (error === undefined) return caller === undefined ? [] : [known(caller.arn)];
  const { denial } = error;
  if (denial?.action.endsWith(':GetAuthorizationToken') && registry !== undefined) {
    return [known(denial.principal), deniedFinding('token', denial, { registry, repository, push: false })];
  }
  return [failedFinding('credentials', error)];
}

/** Shorter than the ARN, which does not fit on a screen. */
function principalText(arn: string): string {
  const who = principalOf(arn);
  if (who === undefined) return arn;
  if (who.kind === 'root') return `the root user of ${who.account}`;
  const session = who.kind === 'role' && who.session !== undefined ? `, session ${who.session}` : '';
  return `${who.kind} ${who.name} of ${who.account}${session}`;
}

const PROGRAM = 'docker-credential-ecr-xacct';
/** The helper's own timeout is earlier, and its message says why. Milliseconds. */
const GRACE_MS = 5_000;

/**
 * Runs the helper as Docker does, in the same environment. The credential is for the following steps and is never
 * printed.
 */
export async function getToken(
  { hostname, service }: Pick<Registry, 'hostname' | 'service'>,
  invocation: Invocation,
): Promise<{ finding: Finding; credential?: Credential }> {
  const { env } = invocation;
  const step = 'token';
  const program = findProgram(PROGRAM, env.PATH)?.path ?? PROGRAM;
  const { runHelper } = await import('../docker/fallback/helper-process.ts');
  const run = {
    program,
    args: ['get'],
    input: hostname,
    env: childEnvironment(env),
    timeoutMs: timeoutMs(env) + GRACE_MS,
  };
  const what = `Asking ${PROGRAM} for ${hostname}`;
  const { end, status, stdout } = await waitingFor(what, invocation, () => runHelper(run));
  const text = stdout.toString();
  if (end === 'ended' && status === 0) {
    const credential = readCredential(text);
    return { finding: { step, outcome: 'ok', text: `${PROGRAM} gives Docker a token` }, credential };
  }
  const said = text.trim();
  if (service === 'ecr-public' && said === notFound.text) {
    return { finding: { step, outcome: 'ok', text: 'there is none, and ECR Public needs none' } };
  }
  const why =
    said === '' ? `it ended without a message (${end === 'ended' ? `exit status ${status}` : end})` : said;
  const failed = `${PROGRAM} gives Docker no token: ${why.replace(/^ecr-xacct: /, '')}`;
  return { finding: { step, outcome: 'failed', text: failed, side: 'machine' } };
}
