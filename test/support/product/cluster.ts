// A cluster as its kubelet and STS see it: the issuer that roles trust, requests, and runs of the plugin.
import assert from 'node:assert/strict';
import { PRIMARY_ACCOUNT, SECONDARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import { APP, AUDIENCE, ISSUER } from '../pods.ts';
import type { ProductEnvironment, Ran } from './product.ts';
import type { ProductStage } from './stage.ts';

export const POD_ROLE = `arn:aws:iam::${SECONDARY_ACCOUNT}:role/PodPull`;

/**
 * Makes STS know the tokens: `PodPull` of the secondary account, and `EcrPullPod` of the primary, trust their issuer.
 */
export function trustCluster({ cast }: Pick<ProductStage, 'cast'>, tokens: readonly string[]): void {
  const claims = { sub: `system:serviceaccount:${APP.namespace}:${APP.name}`, aud: AUDIENCE };
  const known = Object.fromEntries(tokens.map((token) => [token, claims]));
  const trust = (account: string) => ({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow' as const,
        Action: 'sts:AssumeRoleWithWebIdentity',
        Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${ISSUER}` },
      },
    ],
  });
  const all = (...Action: string[]) => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow' as const, Action, Resource: '*' }],
  });
  cast.secondary.webIdentityProvider(ISSUER, known);
  cast.secondary.role('PodPull', {
    trust: trust(SECONDARY_ACCOUNT),
    policies: [all('ecr:*', 'sts:AssumeRole')],
  });
  cast.primary.webIdentityProvider(ISSUER, known);
  cast.primary.role('EcrPullPod', { trust: trust(PRIMARY_ACCOUNT), policies: [all('ecr:*')] });
}

/** The kubelet's request for an image. */
export interface AskedImage {
  readonly image: string;
  readonly token?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export function requestOf({ image, token, annotations }: AskedImage): string {
  return JSON.stringify({
    apiVersion: 'credentialprovider.kubelet.k8s.io/v1',
    kind: 'CredentialProviderRequest',
    image,
    ...(token === undefined ? {} : { serviceAccountToken: token }),
    ...(annotations === undefined ? {} : { serviceAccountAnnotations: annotations }),
  });
}

/** How to run the plugin: by the kubelet's name or as the TypeScript program; through a daemon or without one. */
export interface PluginFront {
  readonly title: string;
  readonly command: readonly string[];
  readonly hasDaemon: boolean;
}

export const PLUGIN_FRONTS: readonly PluginFront[] = [
  { title: 'the plugin, through the daemon', command: ['ecr-xacct-credential-provider'], hasDaemon: true },
  { title: 'the plugin, without a daemon', command: ['ecr-xacct-credential-provider'], hasDaemon: false },
  { title: 'ecr-xacct kubelet, through the daemon', command: ['ecr-xacct', 'kubelet'], hasDaemon: true },
];

/** Runs the plugin as a kubelet in a systemd service does: without HOME and XDG folders. */
export async function runPlugin(
  { product }: ProductStage,
  { command, hasDaemon }: PluginFront,
  input: string,
  env: ProductEnvironment = {},
): Promise<Ran> {
  const socket = hasDaemon ? product.socket : undefined;
  return await product.run(command, {
    input,
    env: { XDG_RUNTIME_DIR: undefined, ECR_XACCT_SOCKET: socket, ...env },
    showsSecret: true,
  });
}

/** The credential of a response, which is decoded as strictly as by the kubelet. */
export interface Credential {
  readonly username: string;
  readonly password: string;
  readonly cacheDuration: string;
}

export function credentialOf({ status, stdout, stderr }: Ran, host: string): Credential {
  assert.deepEqual([status, stderr], [0, ''], stdout);
  const { auth, cacheDuration, ...rest } = JSON.parse(stdout);
  assert.deepEqual(rest, {
    apiVersion: 'credentialprovider.kubelet.k8s.io/v1',
    kind: 'CredentialProviderResponse',
    cacheKeyType: 'Registry',
  });
  assert.deepEqual(Object.keys(auth), [host]);
  const { username, password, ...more } = auth[host];
  assert.deepEqual(more, {});
  return { username, password, cacheDuration };
}
