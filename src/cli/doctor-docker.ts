// The walk of doctor for Docker: from the helper on PATH to the layers of an image.
import type { Front } from '../client/answer.ts';
import { homeFolder } from '../config/paths.ts';
import { engineAuthorities } from '../docker/engine-authorities.ts';
import type { ImageName } from '../docker/image-name.ts';
import { createRegistryClient } from '../docker/registry-client.ts';
import { orError, XacctError } from '../errors.ts';
import { timeoutMs } from '../wire/timeout.ts';
import { createEverybodyIn } from './account-identity.ts';
import { examined, examinedPush } from './doctor-examine.ts';
import { failedFinding } from './doctor-failure.ts';
import type { Finding } from './doctor-finding.ts';
import { credentialsFindings, getToken, identityFinding } from './doctor-identity.ts';
import { dockerConfigFinding, programFinding } from './doctor-machine.ts';
import { walkRegistry } from './doctor-registry.ts';
import { explained } from './explained.ts';

/** Each step supposes that those before it did not fail. */
export async function* walkDocker(image: ImageName, push: boolean, front: Front): AsyncGenerator<Finding> {
  const { hostname } = image;
  const { env, uid, self } = front;
  const place = { env, home: homeFolder(env) ?? '/', uid };
  yield programFinding(place, self);
  const dockerConfig = dockerConfigFinding(hostname, place);
  const explanation = await orError(() => explained({ hostname, mint: false }, front));
  const isForeign = !(explanation instanceof XacctError) && explanation.registry === undefined;
  // Docker is right to ask somebody else for what is no registry of ours: a setup would not mend it.
  if (!isForeign || dockerConfig.outcome !== 'failed') yield dockerConfig;

  if (explanation instanceof XacctError) return yield failedFinding('identity', explanation, 'machine');
  yield identityFinding(explanation);
  const { registry, login } = explanation;
  if (registry === undefined) return;
  const { account } = registry;
  const everybodyIn = createEverybodyIn(registry, front);
  let callerArn: string | undefined;
  const look = async (finding: Finding) => {
    if (account === undefined) return finding;
    const wanted = { registry: { ...registry, account }, repository: image.repository, push };
    if (finding.outcome === 'failed') return examined(finding, wanted, everybodyIn);
    return finding.step === 'upload' ? examinedPush(finding, callerArn, wanted, everybodyIn) : finding;
  };
  // What docker login brought is nobody's that AWS could be asked about.
  if (login === undefined) {
    const minted = await orError(() => explained({ hostname, mint: true }, front));
    if (minted instanceof XacctError) return yield failedFinding('credentials', minted);
    callerArn = minted.caller?.arn;
    for (const finding of credentialsFindings(minted, image.repository)) yield await look(finding);
  }
  const token = await orError(() => getToken({ hostname, service: registry.service }, front));
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
      authorities: engineAuthorities(hostname),
      timeoutMs: timeoutMs(env),
    }),
  );
  if (client instanceof XacctError) return yield failedFinding('registry', client, 'machine');
  const steps = walkRegistry({ client, image, registry, push, isLogin: login !== undefined });
  for await (const finding of steps) yield await look(finding);
}
