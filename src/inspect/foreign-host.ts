// A host that is not our registry: whether it nearly has an ECR hostname, and who answers Docker for it.
import { readDockerConfig } from '../docker/config-file.ts';
import { HUB, HUB_KEY } from '../docker/image-domain.ts';
import { servingOf } from '../docker/serving.ts';
import { attempt, XacctError } from '../errors.ts';
import type { Explanation } from '../helper/explain.ts';
import type { Invocation } from '../invocation.ts';
import { homeFolder } from '../os/home-folder.ts';
import { createProfileReader } from '../profiles/profiles.ts';
import { type NearMiss, nearMiss } from '../registry/near-miss.ts';

export interface ForeignHost {
  /** Present if it nearly has an ECR hostname. */
  nearMiss?: NearMiss;
  /** A sentence. */
  servedBy: string;
}

/** `explanation` has no registry. */
export function foreignHost({ hostname, fallbackHelper }: Explanation, invocation: Invocation): ForeignHost {
  const { env } = invocation;
  const accounts = attempt(() => [...createProfileReader()(env).accounts().declared.keys()]);
  const near = nearMiss(hostname, accounts instanceof XacctError ? [] : accounts);
  return { ...(near && { nearMiss: near }), servedBy: servedBy(hostname, fallbackHelper, invocation) };
}

function servedBy(hostname: string, fallbackHelper: string | undefined, { env, uid }: Invocation): string {
  const home = homeFolder(env);
  const docker = home === undefined ? undefined : attempt(() => readDockerConfig({ env, home, uid }));
  if (docker instanceof XacctError) return `Which helper Docker asks is not known: ${docker.message}.`;
  const without = 'Docker has no credential for it, and goes on without one.';
  if (docker === undefined) return without;
  const { config, detectedStore, path } = docker;
  const server = servingOf(config, hostname === HUB ? HUB_KEY : hostname, { detectedStore });
  switch (server.by) {
    case 'credHelpers':
    case 'credsStore': {
      const isOwnChoice = server.by === 'credsStore' && config.credsStore === undefined;
      const why = isOwnChoice ? `Docker's own choice: ${path} names no helper` : `${server.by} in ${path}`;
      const asks = `docker-credential-${server.helper} answers for it (${why}).`;
      if (server.helper !== 'ecr-xacct') return asks;
      return fallbackHelper === undefined
        ? `Docker asks ecr-xacct for it (${server.by} in ${path}), gets no credential, and goes on without one.`
        : `docker-credential-${fallbackHelper} answers for it (fallback_helper in config.yaml).`;
    }
    case 'auths':
    case 'DOCKER_AUTH_CONFIG':
      return `The login in ${path} is used for it.`;
    case 'none':
      return without;
  }
}
