// What the kubelet's tests share: one registry, pods, and rounds of pulls.
import assert from 'node:assert/strict';
import { PRIMARY_ACCOUNT, REGION } from '../../fake-aws/two-account-world.ts';
import type { Answer, Credential, Pod, Round, ServiceAccount } from './kubelet.ts';

/** The registry for which a plugin has a token. */
export const host = `${PRIMARY_ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;

/** The `auth` of a response, and the kubelet's form of it. */
export const auth = { [host]: { username: 'AWS', password: 'a-token' } };
export const credentials = [{ username: 'AWS', password: 'a-token' }];

/** A provider for every ECR registry. */
export const provider = { matchImages: ['*.dkr.ecr.*.amazonaws.com'] };

/** The same, with the token of a pod's service account. */
export function withTokens(settings: Readonly<Record<string, unknown>> = {}) {
  return {
    ...provider,
    tokenAttributes: {
      serviceAccountTokenAudience: 'sts.amazonaws.com',
      cacheType: 'ServiceAccount',
      requireServiceAccount: true,
      optionalServiceAccountAnnotationKeys: ['eks.amazonaws.com/ecr-role-arn'],
      ...settings,
    },
  };
}

/** Pods `shop/NAME` with one service account, whose token from the API server is `token-of-NAME`. */
export function podsOf(...names: string[]): { serviceAccounts: ServiceAccount[]; pods: Pod[] } {
  const annotations = { 'eks.amazonaws.com/ecr-role-arn': 'arn', 'example.com/team': 'shop' };
  const own = (name: string) => ({ name, uid: `uid-of-${name}`, token: `token-of-${name}` });
  return {
    serviceAccounts: [{ namespace: 'shop', name: 'puller', uid: 'uid-of-puller', annotations }],
    pods: names.map((name) => ({ namespace: 'shop', serviceAccount: 'puller', ...own(name) })),
  };
}

/** One round for each image. */
export function inTurn(images: readonly string[], settings: Omit<Round, 'pulls'> = {}): Round[] {
  return images.map((image) => ({ ...settings, pulls: [{ image }] }));
}

/** The first pull of each round. Throws if the kubelet did not start. */
export function firsts({ error, rounds }: Answer): (readonly Credential[])[] {
  assert.equal(error, undefined);
  return rounds.map(({ pulls }) => pulls[0]?.credentials ?? []);
}
