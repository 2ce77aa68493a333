// The steps of doctor for Docker, from the helper on PATH to an image's layers. The kubelet shares the second half.
import { createCallersOf } from '../callers/callers-of.ts';
import { pullerOf } from '../callers/puller-of.ts';
import type { Invocation } from '../invocation.ts';
import { examinedAbsence } from './absence.ts';
import { examined, examinedPush } from './examine.ts';
import type { DeniedFinding, Finding } from './finding.ts';
import { programFinding } from './machine-steps.ts';
import type { ImageName } from './registry-api/image-name.ts';
import { walkRegistry } from './registry-steps.ts';
import { dockerUser, type Puller, type ReachedRegistry, walkHost } from './walk-host.ts';

/** Each step assumes that the steps before it did not fail. */
export async function* walkDocker(
  image: ImageName,
  push: boolean,
  invocation: Invocation,
): AsyncGenerator<Finding> {
  const { hostname, repository } = image;
  yield await programFinding(dockerUser(invocation), invocation.self);
  const examine = examination(image, push, invocation);
  const reached = yield* walkHost({ hostname, repository, invocation, examine });
  if (reached !== undefined) yield* walkImage(image, push, reached, examine);
}

type Examine = (finding: DeniedFinding, who: Puller) => Promise<DeniedFinding>;

/** Finds the true cause behind a finding, as far as AWS reports it to the callers that are known here. */
export function examination(image: ImageName, push: boolean, invocation: Invocation): Examine {
  const { hostname, repository } = image;
  return async (finding, who) => {
    const { registry, callerArn, identity } = who;
    const { account } = registry;
    if (account === undefined) return finding;
    const wanted = { registry: { ...registry, account }, repository, push };
    const callersOf = createCallersOf(registry, invocation);
    if (finding.outcome !== 'failed') {
      return finding.step === 'upload' ? examinedPush(finding, callerArn, wanted, callersOf) : finding;
    }
    const puller = async () => (who.isLogin ? undefined : pullerOf(hostname, identity, invocation));
    const cause = await examined(finding, wanted, callersOf);
    return examinedAbsence(cause, { image, wanted, callerArn, callersOf, puller });
  };
}

export async function* walkImage(
  image: ImageName,
  push: boolean,
  reached: ReachedRegistry,
  examine: Examine,
): AsyncGenerator<DeniedFinding> {
  const { client, registry, isLogin } = reached;
  yield* walkRegistry({
    ...{ client, image, registry, push, isLogin },
    profile: /^profile (.+)$/s.exec(reached.identity ?? '')?.[1],
    examine: (finding) => examine(finding, reached),
  });
}
