// Why a token has a shorter lifetime than usual ECR tokens, for the output of `login`.
import { chainOf } from '../identity/chain.ts';
import { describeChain } from '../identity/describe-chain.ts';
import type { CallerWorld, Identity } from '../identity/identity.ts';

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html */
const USUAL_MS = 12 * 3_600_000;
/** The longest time that the calls of a login take. */
const TOLERANCE_MS = 15 * 60_000;

/**
 * The end of a sentence; undefined if the token lives as long as usual, or was expired on arrival. `lifeMs`: from its
 * arrival to ECR's expiry. @throws XacctError as `chainOf` does
 */
export function whyShort(lifeMs: number, identity: Identity, world: CallerWorld): string | undefined {
  const { file = 'config.yaml', maxTokenAge } = world.config;
  if (lifeMs <= 0 || Math.min(lifeMs, maxTokenAge) > USUAL_MS - TOLERANCE_MS) return undefined;
  if (maxTokenAge < lifeMs) return `max_token_age in ${file} allows no more`;
  const chain = chainOf(identity, world.profiles, world.env);
  const { source, roles } = chain;
  // A user's own keys have no session that expires.
  if (roles.length === 0 && source.kind === 'static' && source.aws_session_token === undefined) {
    return 'AWS gives no more';
  }
  return `AWS gives no more for the session of ${describeChain(chain).at(-1)}`;
}
