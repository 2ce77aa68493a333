// The steps of doctor for one registry: the helper that serves it, the identity, and the token.
import { explained } from '../client/ask-for-people.ts';
import type { DockerUser } from '../docker/config-file.ts';
import type { Credential } from '../docker/messages.ts';
import { orError, XacctError } from '../errors.ts';
import type { Explanation } from '../helper/explain.ts';
import type { Invocation } from '../invocation.ts';
import { engineAuthorities } from '../net/authorities.ts';
import { homeFolder } from '../os/home-folder.ts';
import type { Registry } from '../registry/ecr-hostname.ts';
import { timeoutMs } from '../wire/daemon-variables.ts';
import { type DeniedFinding, failedFinding } from './finding.ts';
import { credentialsFindings, getToken, identityFinding } from './identity-steps.ts';
import { dockerConfigFinding } from './machine-steps.ts';
import { createRegistryClient, type RegistryClient } from './registry-api/registry-client.ts';

/** The caller that pulls from a registry. */
export interface Puller {
  registry: Registry;
  /** The token is from `docker login`. */
  isLogin: boolean;
  /** As `describeIdentity` returns it. */
  identity: string | undefined;
  callerArn: string | undefined;
}

/** A registry that there is a token for. */
export interface ReachedRegistry extends Puller {
  client: RegistryClient;
}

export interface HostWalk {
  hostname: string;
  /** The repository whose policy is examined after a denial. */
  repository: string;
  invocation: Invocation;
  /** Finds the true cause behind a finding, as far as AWS reports it. */
  examine: (finding: DeniedFinding, puller: Puller) => Promise<DeniedFinding>;
}

export function dockerUser({ env, uid }: Invocation): DockerUser {
  return { env, home: homeFolder(env) ?? '/', uid };
}

/** Each step assumes that the steps before it did not fail. @returns undefined if there is no registry to ask. */
export async function* walkHost({
  hostname,
  repository,
  invocation,
  examine,
}: HostWalk): AsyncGenerator<DeniedFinding, ReachedRegistry | undefined> {
  const dockerConfig = await dockerConfigFinding(hostname, dockerUser(invocation));
  const explanation = await orError(() => explained({ hostname, mint: false }, invocation));
  const isForeign = !(explanation instanceof XacctError) && explanation.registry === undefined;
  // For a host that is not our registry, Docker is right to ask another helper: setup would not fix it.
  if (!isForeign || dockerConfig.outcome !== 'failed') yield dockerConfig;
  return yield* walkIdentity(explanation, {
    ...{ hostname, repository, invocation, examine },
    explainedAnew: () => explained({ hostname, mint: true }, invocation),
    token: ({ service }) => getToken({ hostname, service }, invocation),
  });
}

/** How to get a token for the registry: as Docker does, or as the kubelet does. */
interface IdentityWalk extends HostWalk {
  /** Explains again, and mints a token. */
  explainedAnew: () => Promise<Explanation>;
  token: (registry: Registry) => ReturnType<typeof getToken>;
}

/** Starts from an explanation without a mint, or the reason why there is none. */
export async function* walkIdentity(
  explanation: Explanation | XacctError,
  { hostname, repository, invocation, examine, ...walk }: IdentityWalk,
): AsyncGenerator<DeniedFinding, ReachedRegistry | undefined> {
  if (explanation instanceof XacctError) {
    yield failedFinding('identity', explanation, 'machine');
    return undefined;
  }
  yield identityFinding(explanation);
  const { registry, login } = explanation;
  if (registry === undefined) return undefined;
  let puller: Puller = { registry, isLogin: login !== undefined, identity: undefined, callerArn: undefined };
  // AWS cannot be asked which identity a `docker login` credential belongs to.
  if (login === undefined) {
    const minted = await orError(walk.explainedAnew);
    if (minted instanceof XacctError) {
      yield failedFinding('credentials', minted);
      return undefined;
    }
    const { caller, candidates, chosen = 0 } = minted;
    puller = { ...puller, callerArn: caller?.arn, identity: candidates[chosen]?.identity };
    for (const finding of credentialsFindings(minted, repository)) yield await examine(finding, puller);
  }
  const token = await orError(() => walk.token(registry));
  if (token instanceof XacctError) {
    yield failedFinding('token', token, 'machine');
    return undefined;
  }
  yield token.finding;
  if (registry.service === 'ecr-public' || token.credential === undefined) {
    const text = 'ECR Public gives everyone tokens: its images are not checked';
    yield { step: 'registry', outcome: 'unknown', text };
    return undefined;
  }
  const client = await orError(() => clientFor(hostname, token.credential, invocation));
  if (client instanceof XacctError) {
    yield failedFinding('registry', client, 'machine');
    return undefined;
  }
  return client && { ...puller, client };
}

function clientFor(hostname: string, credential: Credential | undefined, { env, showWait }: Invocation) {
  return (
    credential &&
    createRegistryClient({
      hostname,
      credential: { username: credential.Username, password: credential.Secret },
      env,
      authorities: engineAuthorities(hostname, env),
      timeoutMs: timeoutMs(env),
      showWait,
    })
  );
}
