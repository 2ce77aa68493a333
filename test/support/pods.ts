// Service accounts of pods, and their tokens, as an API server issues them.
import { CANARY } from '../fake-aws/canary.ts';

export const ISSUER = 'oidc.cluster.example';
export const AUDIENCE = 'sts.amazonaws.com';

export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export const APP: Pod = { namespace: 'team', name: 'app', uid: '5d1b' };

/** A new token for the service account, as the API server issues it. */
export function podToken({ namespace, name, uid }: Pod, serial = 1): string {
  const claims = {
    iss: `https://${ISSUER}`,
    aud: [AUDIENCE],
    sub: `system:serviceaccount:${namespace}:${name}`,
    'kubernetes.io': { namespace, serviceaccount: { name, uid } },
  };
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part(claims)}.${CANARY}-pod-${uid}-${serial}`;
}
