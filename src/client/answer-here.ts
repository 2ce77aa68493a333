// Answers one of Docker's actions in this process, with nothing remembered: where there is no daemon, or it is turned off.
import { createConfigReader } from '../config/config-reader.ts';
import type { Action, Answer } from '../docker/messages.ts';
import { createHelper, type HelperDeps } from '../helper/helper.ts';
import { createProfileReader } from '../identity/profiles.ts';
import { createLoginStore } from '../token/login-store.ts';
import { createTokenCache } from '../token/token-cache.ts';

/** `mint`, `deadline` and `fallback` are the helper's. */
export function answerHere(
  action: Action,
  input: string,
  env: Readonly<Record<string, string>>,
  { mint, deadline, fallback }: Pick<HelperDeps, 'mint' | 'deadline' | 'fallback'>,
): Promise<Answer> {
  const helper = createHelper({
    readConfig: createConfigReader(),
    readProfiles: createProfileReader(),
    tokens: createTokenCache(Date.now),
    logins: createLoginStore(Date.now),
    mint,
    deadline,
    fallback,
  });
  return helper(action, input, env);
}
