// The secrets that come with a request: what it stores, what its URL has before the host, what its caller's variables hold.
import { type Action, readCredential, readServerURL } from '../docker/messages.ts';
import { XacctError } from '../errors.ts';
import type { Environment } from '../invocation.ts';
import { createSecrets, environmentSecrets, userinfoOf } from '../secrets.ts';
import { withoutUserinfo } from '../userinfo.ts';

/** The same error without what stdin has of them. */
export function withoutInputSecrets(error: unknown, action: Action, input: string): unknown {
  const { ServerURL = '', Secret } = credentialIn(action, input);
  // Of an image, say, an `@` is part of the name. But a password may have a blank in it.
  const isUrl = withoutUserinfo(ServerURL) !== ServerURL || /\s/.test(ServerURL);
  return without(error, [Secret, ...(isUrl ? userinfoOf(ServerURL) : [])]);
}

/** The same error of a program that got the caller's variables: it may print what it was given. A minter sees to it itself. */
export function withoutVariableSecrets(error: unknown, env: Environment): unknown {
  return without(error, environmentSecrets(env));
}

function without(error: unknown, secrets: readonly (string | undefined)[]): unknown {
  return error instanceof XacctError ? error.withTexts(createSecrets(...secrets).hide) : error;
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
