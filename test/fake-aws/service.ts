// The interface of a service of the fake AWS: how it recognizes its requests, and its actions.
import type { Protocol } from './protocol.ts';
import type { AwsRequest } from './signature.ts';
import type { Caller, World } from './world.ts';

export type ServiceName = 'ecr' | 'ecr-public' | 'iam' | 'signin' | 'sso' | 'sso-oidc' | 'sts';

export type Parameters = Readonly<Record<string, unknown>>;

/** One call of an action that needs no signature. */
export interface UnsignedCall {
  world: World;
  region: string;
  parameters: Parameters;
}

/** One call of an action by a verified caller. */
export interface SignedCall extends UnsignedCall {
  caller: Caller;
  /** Epoch milliseconds: the expiration of an authorization token, if a fault overrides the 12 hours. */
  tokenExpiresAt: number | undefined;
}

/** The protocol writes results. Errors are thrown as `AwsError`. */
export interface Service {
  name: ServiceName;
  protocol: Protocol;
  /** The action and its parameters; undefined for a request to another service. */
  recognise(request: AwsRequest): { action: string; parameters: Parameters } | undefined;
  signed: Readonly<Record<string, (call: SignedCall) => object>>;
  unsigned: Readonly<Record<string, (call: UnsignedCall) => object>>;
}
