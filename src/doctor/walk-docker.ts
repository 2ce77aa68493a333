// The walk of doctor for Docker: from the helper on PATH to the layers of an image.
import { createCallersOf } from '../callers/callers-of.ts';
import { pullerOf } from '../callers/puller-of.ts';
import { explained } from '../client/ask-for-people.ts';
import { orError, XacctError } from '../errors.ts';
import type { Invocation } from '../invocation.ts';
import { engineAuthorities } from '../net/authorities.ts';
import { homeFolder } from '../os/home-folder.ts';
import { timeoutMs } from '../wire/daemon-variables.ts';
import { examinedAbsence } from './absence.ts';
import { examined, examinedPush } from './examine.ts';
import { type DeniedFinding, type Finding, failedFinding } from './finding.ts';
import { credentialsFindings, getToken, identityFinding } from './identity-steps.ts';
import { dockerConfigFinding, programFinding } from './machine-steps.ts';
import type { ImageName } from './registry-api/image-name.ts';
import { createRegistryClient } from './registry-api/registry-client.ts';
import { walkRegistry } from './registry-steps.ts';

/** Each step supposes that those before it did not fail. */
export async function* walkDocker(
  image: ImageName,
  push: boolean,
  invocation: Invocation,
): AsyncGenerator<Finding> {
  const { hostname } = image;
  const { env, uid, self } = invocation;
  const place = { env, home: homeFolder(env) ?? '/', uid };
  yield await programFinding(place, self);
  const dockerConfig = await dockerConfigFinding(hostname, place);
  const explanation = await orError(() => explained({ hostname, mint: false }, invocation));
  const isForeign = !(explanation instanceof XacctError) && explanation.registry === undefined;
  // Docker is right to ask another helper for what is no registry of ours: a setup would not fix it.
  if (!isForeign || dockerConfig.outcome !== 'failed') yield dockerConfig;

  if (explanation instanceof XacctError) return yield failedFinding('identity', explanation, 'machine');
  yield identityFinding(explanation);
  const { registry, login } = explanation;
  if (registry === undefined) return;
  const { account } = registry;
  const callersOf = createCallersOf(registry, invocation);
  let [callerArn, identity]: (string | undefined)[] = [];
  const examine = async (finding: DeniedFinding): Promise<DeniedFinding> => {
    if (account === undefined) return finding;
    const wanted = { registry: { ...registry, account }, repository: image.repository, push };
    if (finding.outcome !== 'failed') {
      return finding.step === 'upload' ? examinedPush(finding, callerArn, wanted, callersOf) : finding;
    }
    const puller = async () => (login === undefined ? pullerOf(hostname, identity, invocation) : undefined);
    const cause = await examined(finding, wanted, callersOf);
    return examinedAbsence(cause, { image, wanted, callerArn, callersOf, puller });
  };
  // AWS cannot be asked who it is that docker login brought.
  if (login === undefined) {
    const minted = await orError(() => explained({ hostname, mint: true }, invocation));
    if (minted instanceof XacctError) return yield failedFinding('credentials', minted);
    callerArn = minted.caller?.arn;
    identity = minted.candidates[minted.chosen ?? 0]?.identity;
    for (const finding of credentialsFindings(minted, image.repository)) yield await examine(finding);
  }
  const token = await orError(() => getToken({ hostname, service: registry.service }, invocation));
  if (token instanceof XacctError) return yield failedFinding('token', token, 'machine');
  const { finding, credential } = token;
  yield finding;
  if (registry.service === 'ecr-public' || credential === undefined) {
    const text = 'ECR Public gives tokens of its own to everybody: its images are not looked at';
    return yield { step: 'registry', outcome: 'unknown', text };
  }
  const client = await orError(() =>
    createRegistryClient({
      hostname,
      credential: { username: credential.Username, password: credential.Secret },
      env,
      authorities: engineAuthorities(hostname, env),
      timeoutMs: timeoutMs(env),
    }),
  );
  if (client instanceof XacctError) return yield failedFinding('registry', client, 'machine');
  const isLogin = login !== undefined;
  const profile = isLogin ? undefined : /^profile (.+)$/s.exec(identity ?? '')?.[1];
  yield* walkRegistry({ client, image, registry, push, isLogin, profile, examine });
}
