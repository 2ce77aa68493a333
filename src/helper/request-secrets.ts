// The secrets that come with a request: what it stores, what its URL has before the host, what its caller's variables hold.
import { type Action, readCredential, readServerURL } from '../docker/messages.ts';
import { XacctError } from '../errors.ts';
import type { Environment } from '../invocation.ts';
import { createSecrets, environmentSecrets, userinfoOf } from '../secrets.ts';
import { withoutUserinfo } from '../userinfo.ts';

/** The same error without them: another helper, say, prints what it was given. */
export function withoutRequestSecrets(
  error: unknown,
  action: Action,
  input: string,
  env: Environment,
): unknown {
  if (!(error instanceof XacctError)) return error;
  const { ServerURL = '', Secret } = credentialIn(action, input);
  // Of an image, say, an `@` is part of the name. But a password may have a blank in it.
  const isUrl = withoutUserinfo(ServerURL) !== ServerURL || /\s/.test(ServerURL);
  const secrets = createSecrets(Secret, ...(isUrl ? userinfoOf(ServerURL) : []), ...environmentSecrets(env));
  return error.withTexts(secrets.hide);
}

function credentialIn(action: Action, input: string): { ServerURL?: string | undefined; Secret?: string } {
  if (action !== 'store') return { ServerURL: readServerURL(input) };
  try {
    return readCredential(input);
  } catch {
    // Nothing of it is quoted.
    return {};
  }
}
