// What doctor does without an image: it checks this machine, and each registry that is set up on it.

import { orError, XacctError } from '../errors.ts';
import type { Invocation } from '../invocation.ts';
import { type ConfiguredHost, configuredRegistries } from './configured-registries.ts';
import { type DeniedFinding, type Finding, failedFinding, shownFinding } from './finding.ts';
import { checkMachine } from './machine-checks.ts';
import { pingFinding } from './registry-steps.ts';
import { dockerUser, walkHost } from './walk-host.ts';

export interface CheckUp {
  machine: readonly Finding[];
  registries: readonly RegistryCheck[];
  summary: Summary;
}

export interface RegistryCheck {
  hostname: string;
  /** The steps up to the first failure. */
  findings: readonly Finding[];
  /** The step that failed. */
  cause?: Finding;
}

/** How many findings there are of each kind, and how many registries have no failure. */
export interface Summary {
  failed: number;
  warnings: number;
  unknown: number;
  registries: { well: number; all: number };
}

/** Each check makes a few AWS calls and starts a few processes. */
const AT_ONCE = 4;

export async function checkUp(invocation: Invocation): Promise<CheckUp> {
  const configured = await configuredRegistries(dockerUser(invocation));
  const machine: Finding[] = [];
  for await (const finding of checkMachine(configured, invocation)) machine.push(finding);
  const registries: RegistryCheck[] = [];
  const waiting = [...configured.hosts.entries()];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, host] = next;
      registries[index] = await checkRegistry(host, invocation);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { machine, registries, summary: summaryOf(machine, registries) };
}

async function checkRegistry(host: ConfiguredHost, invocation: Invocation): Promise<RegistryCheck> {
  const { hostname } = host;
  const findings: Finding[] = [];
  for await (const found of walkConfigured(host, invocation)) {
    const finding = shownFinding(found);
    findings.push(finding);
    if (finding.outcome === 'failed') return { hostname, findings, cause: finding };
    if (host.isElsewhere && finding.step === 'docker-config') break;
  }
  return { hostname, findings };
}

async function* walkConfigured(
  { hostname, podman, isElsewhere, isForeign }: ConfiguredHost,
  invocation: Invocation,
): AsyncGenerator<DeniedFinding> {
  if (isForeign) {
    const text =
      'it is neither ECR nor in config.yaml, so ecr-xacct, its credHelpers entry, gives no credential';
    return yield { step: 'identity', outcome: 'warning', text };
  }
  const examine = async (finding: DeniedFinding) => finding;
  const steps = walkHost({ hostname, repository: '*', invocation, examine });
  let next = await steps.next();
  for (; !next.done; next = await steps.next()) {
    const finding = next.value;
    const isUnserved = finding.step === 'docker-config' && finding.outcome === 'failed';
    if (isUnserved && podman !== undefined) {
      const text = `podman asks ecr-xacct (credHelpers in ${podman})`;
      yield { step: finding.step, outcome: 'ok', text };
    } else if (isUnserved && isElsewhere) {
      const { side: _, ...rest } = finding;
      yield { ...rest, outcome: 'warning' };
    } else yield finding;
  }
  if (next.value === undefined) return;
  const { client, isLogin } = next.value;
  const ping = await orError(() => client.ping());
  yield ping instanceof XacctError
    ? failedFinding('registry', ping, 'machine')
    : pingFinding(ping, { hostname }, isLogin);
}

function summaryOf(machine: readonly Finding[], registries: readonly RegistryCheck[]): Summary {
  const all = [...machine, ...registries.flatMap(({ findings }) => findings)];
  const number = (outcome: Finding['outcome']) => all.filter((finding) => finding.outcome === outcome).length;
  const well = registries.filter(({ cause }) => cause === undefined).length;
  return {
    failed: number('failed'),
    warnings: number('warning'),
    unknown: number('unknown'),
    registries: { well, all: registries.length },
  };
}
