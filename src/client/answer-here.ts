// Answers one of Docker's actions in this process, with nothing remembered: where there is no daemon, or it is turned off.
import { createConfigReader } from '../config/config-reader.ts';
import type { Action, Answer } from '../docker/messages.ts';
import type { WhoAmI } from '../helper/account-memory.ts';
import { createHelper, type HelperDeps } from '../helper/helper.ts';
import { createMemory } from '../helper/memory.ts';
import { createProfileReader } from '../identity/profiles.ts';

/** `mint`, `deadline` and `fallback` are the helper's. */
export function answerHere(
  action: Action,
  input: string,
  env: Readonly<Record<string, string>>,
  {
    mint,
    whoAmI,
    deadline,
    fallback,
  }: Pick<HelperDeps, 'mint' | 'deadline' | 'fallback'> & { whoAmI: WhoAmI },
): Promise<Answer> {
  const helper = createHelper({
    readConfig: createConfigReader(),
    readProfiles: createProfileReader(),
    ...createMemory(whoAmI, Date.now),
    mint,
    deadline,
    fallback,
  });
  return helper(action, input, env);
}
