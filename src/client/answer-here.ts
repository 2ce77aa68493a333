// Answers one of Docker's actions in this process, with nothing remembered: where there is no daemon, or it is turned off.
import { createConfigReader } from '../config/config-reader.ts';
import type { AskFallback } from '../docker/fallback/fallback.ts';
import type { Action, Answer } from '../docker/messages.ts';
import type { XacctError } from '../errors.ts';
import type { WhoAmI } from '../helper/account-memory.ts';
import { createHelper, type HelperDeps } from '../helper/helper.ts';
import { createMemory, type Memory } from '../helper/memory.ts';
import { answerWithoutTokens } from '../helper/without-tokens.ts';
import type { Environment } from '../invocation.ts';
import { createProfileReader } from '../profiles/profiles.ts';

/** How AWS and the fallback helper are asked; the rest of what a helper needs is made here. */
export type HereDeps = Pick<HelperDeps, 'mint' | 'deadline' | 'fallback'> & {
  whoAmI: WhoAmI;
  /** What a login is refused with; else it is taken, and forgotten at the end of this process. */
  noLogins?: XacctError | undefined;
};

export function answerHere(
  action: Action,
  input: string,
  env: Readonly<Record<string, string>>,
  deps: HereDeps,
): Promise<Answer> {
  return createHelper(depsHere(deps))(action, input, env);
}

/** Answers where the daemon cannot be trusted or does not answer. */
export function answerWithout(
  error: unknown,
  action: Action,
  input: string,
  env: Environment,
  fallback: AskFallback,
): Promise<Answer> {
  return answerWithoutTokens(error, action, input, env, { readConfig: createConfigReader(), fallback });
}

/** What a helper needs, with nothing in memory. */
export function depsHere({ noLogins, ...deps }: HereDeps): HelperDeps & Memory & { whoAmI: WhoAmI } {
  const memory = createMemory(deps.whoAmI, Date.now);
  const refuse = () => {
    throw noLogins;
  };
  return {
    readConfig: createConfigReader(),
    readProfiles: createProfileReader(),
    ...memory,
    ...(noLogins === undefined ? {} : { logins: { ...memory.logins, set: refuse } }),
    ...deps,
  };
}
