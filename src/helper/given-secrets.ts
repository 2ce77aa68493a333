// Hides the secrets that a fallback helper got: the secret to store, a URL's userinfo, the caller's variables.
import type { FallbackRequest } from '../docker/fallback/fallback.ts';
import { readCredential } from '../docker/messages.ts';
import { shownServerURL } from '../docker/server-url.ts';
import { XacctError } from '../errors.ts';
import { createSecrets, environmentSecrets, SMALL_BUDGET, userinfoOf } from '../secrets.ts';

type Given = Pick<FallbackRequest, 'action' | 'input' | 'env'>;

/** The same error without these secrets. Only the error of a helper that failed itself has text of the helper. */
export function withoutGivenSecrets(error: unknown, name: string, ServerURL: string, given: Given): unknown {
  if (!(error instanceof XacctError) || error.code !== 'process-failed') return error;
  const secrets = createSecrets(givenSecrets(ServerURL, given), SMALL_BUDGET);
  return secrets.hideIn(error, `docker-credential-${name} failed; what it printed`);
}

function* givenSecrets(ServerURL: string, { action, input, env }: Given): Generator<string> {
  if (action === 'store') yield readCredential(input).Secret;
  // In an image name, `@` does not mean userinfo.
  if (shownServerURL(ServerURL) !== ServerURL) yield* userinfoOf(ServerURL);
  yield* environmentSecrets(env);
}
