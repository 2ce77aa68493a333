// Answers a `get` for a registry of ours with a token, now and each time that the same request comes again.
import { WholeEnvironmentNeeded } from '../caller-environment.ts';
import type { Config } from '../config/load.ts';
import type { Answer } from '../docker/messages.ts';
import type { Environment } from '../invocation.ts';
import type { Token } from '../questions.ts';
import type { Registry } from '../registry/ecr-hostname.ts';
import { counted, findToken, once, type TokenDeps } from './find-token.ts';
import { forHostname, isPublicByDefault } from './served-by.ts';

/**
 * Receives a function that answers the same `get` again, as long as the files and the rest of memory are unchanged.
 * Each call counts as a use. It returns undefined if the token must no longer be handed out.
 */
export type Remember = (again: () => Answer | undefined) => void;

interface AskedToken {
  hostname: string;
  env: Environment;
  /** `registry`: the registry of the token; `config`: this caller's. */
  write: (token: Token, registry: Registry, config: Config) => Answer;
}

/**
 * Undefined if Docker should continue without credentials.
 * @throws XacctError with the hostname in its message; WholeEnvironmentNeeded
 */
export async function answerWithToken(
  deps: TokenDeps,
  { hostname, env, write }: AskedToken,
  remember: Remember | undefined,
): Promise<Answer | undefined> {
  try {
    const deadline = once(() => deps.deadline(env));
    const config = await counted(deps.readConfig(env), deadline);
    const found = await tokenFor(deps, hostname, config, env, deadline);
    if (found === undefined) return undefined;
    const { token, again } = found;
    const answered = (held: Token) => write(held, found.resolution.registry, config);
    if (again !== undefined) {
      remember?.(() => {
        const held = again();
        return held && answered(held);
      });
    }
    return answered(token);
  } catch (error) {
    throw forHostname(hostname, error);
  }
}

async function tokenFor(
  deps: TokenDeps,
  hostname: string,
  config: Config,
  env: Environment,
  deadline: () => AbortSignal,
): ReturnType<typeof findToken> {
  try {
    const profiles = await counted(deps.readProfiles(env), deadline);
    return await findToken(deps, { hostname, config, profiles, env, deadline });
  } catch (error) {
    if (!(error instanceof WholeEnvironmentNeeded) && isPublicByDefault(hostname, config, env))
      return undefined;
    throw error;
  }
}
