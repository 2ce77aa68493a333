// The formats of exported credentials: a Secret of Kubernetes, Docker's config.json, variables of a shell.

import type { HostCredential } from '../helper/credential.ts';
import { commandText } from '../hint.ts';

/**
 * Docker's config.json with a login for each registry, on one line or indented.
 * https://docs.docker.com/reference/cli/docker/login/
 */
export function dockerConfig(credentials: readonly HostCredential[], indent?: number): string {
  const auths = credentials.map(({ hostname, username, password }) => {
    return [hostname, { auth: base64(`${username}:${password}`) }];
  });
  return JSON.stringify({ auths: Object.fromEntries(auths) }, undefined, indent);
}

/** As YAML. https://kubernetes.io/docs/concepts/configuration/secret/#docker-config-secrets */
export function kubernetesSecret(
  credentials: readonly HostCredential[],
  { name, namespace }: { name: string; namespace?: string | undefined },
): string {
  const end = firstEnd(credentials);
  const lines = [
    ...credentials.map((credential) => `# ${endText(credential)}`),
    'apiVersion: v1',
    'kind: Secret',
    'metadata:',
    `  name: ${JSON.stringify(name)}`,
    ...(namespace === undefined ? [] : [`  namespace: ${JSON.stringify(namespace)}`]),
    ...(end === undefined ? [] : ['  annotations:', `    ecr-xacct/expires-at: ${JSON.stringify(end)}`]),
    'type: kubernetes.io/dockerconfigjson',
    'data:',
    `  .dockerconfigjson: ${base64(dockerConfig(credentials))}`,
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * For `eval "$(…)"` in a POSIX shell on any system. A single registry also gets variables of its own, beside
 * DOCKER_AUTH_CONFIG, which Docker and other programs read.
 */
export function shellExports(credentials: readonly HostCredential[]): string {
  const [only, ...others] = credentials;
  const own =
    only === undefined || others.length > 0
      ? []
      : [
          ['ECR_REGISTRY', only.hostname],
          ['ECR_USERNAME', only.username],
          ['ECR_PASSWORD', only.password],
        ];
  const variables = [['DOCKER_AUTH_CONFIG', dockerConfig(credentials)], ...own];
  const lines = [
    ...credentials.map((credential) => `# ${endText(credential)}`),
    ...variables.map(([name, value]) => commandText(['export', `${name}=${value}`], false)),
  ];
  return `${lines.join('\n')}\n`;
}

/** As in `The token for HOST ends at 2026-11-30T16:11:38Z`. */
export function endText({ hostname, expiresAt }: Pick<HostCredential, 'hostname' | 'expiresAt'>): string {
  return expiresAt === undefined
    ? `The password for ${hostname} is from docker login; when it expires is not known`
    : `The token for ${hostname} ends at ${utc(expiresAt)}`;
}

function firstEnd(credentials: readonly HostCredential[]): string | undefined {
  const ends = credentials.flatMap(({ expiresAt }) => expiresAt ?? []);
  return ends.length === 0 ? undefined : utc(Math.min(...ends));
}

function utc(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
