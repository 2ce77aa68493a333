// Answers in this process, with an empty memory: if the daemon is missing, turned off, or not trusted.
import { createClock } from '../clock.ts';
import { createConfigReader } from '../config/config-reader.ts';
import { createLazyFallback } from '../docker/fallback/lazy-fallback.ts';
import { type Action, type Answer, readCredential } from '../docker/messages.ts';
import { errorLine, type XacctError } from '../errors.ts';
import type { WhoAmI } from '../helper/account-memory.ts';
import { createHelper, getCredential, type HelperDeps } from '../helper/helper.ts';
import { createMemory, type Memory } from '../helper/memory.ts';
import { forHostname, isPublicByDefault, servedBy } from '../helper/served-by.ts';
import { serverURLOf, withoutCredential } from '../helper/uri-headers.ts';
import type { Environment, Invocation, SelfCommand } from '../invocation.ts';
import { createMinters, mintDeadline } from '../minter/start-minter.ts';
import { createProfileReader } from '../profiles/profiles.ts';
import { answerOf } from '../questions.ts';
import { timeoutMs } from '../wire/daemon-variables.ts';

/** How to ask AWS and the fallback helper. The rest of the helper's dependencies is made here. */
type HereDeps = Pick<HelperDeps, 'mint' | 'deadline' | 'fallback'> & {
  whoAmI: WhoAmI;
  /** The error that refuses a login. Without it, a login is accepted, and forgotten when this process exits. */
  noLogins?: XacctError | undefined;
};

export function answerHere(action: Action, input: string, env: Environment, deps: HereDeps): Promise<Answer> {
  return createHelper(depsHere(deps))(action, input, env);
}

/** The answer to `get`, in the form of `getCredential`. @throws XacctError */
export function credentialHere(hostname: string, { self, env }: Invocation): Promise<Answer> {
  const fallback = createLazyFallback(timeoutMs);
  return getCredential(depsHere({ ...askInMinters(self), fallback }), hostname, env);
}

/** The dependencies of a helper, with an empty memory. */
export function depsHere({ noLogins, ...deps }: HereDeps): HelperDeps & Memory & { whoAmI: WhoAmI } {
  const memory = createMemory(deps.whoAmI, createClock());
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

/** The same, for a process that asks once. */
export function depsAlone(self: SelfCommand): ReturnType<typeof depsHere> {
  return depsHere({ ...askInMinters(self), fallback: createLazyFallback(timeoutMs) });
}

/** How a helper in this process asks AWS: it starts minters on demand and keeps no spare one. */
export function askInMinters(self: SelfCommand): Pick<HereDeps, 'mint' | 'whoAmI' | 'deadline'> {
  const minters = createMinters(self, 0);
  return {
    mint: (resolution, env, mfa) => minters.mint(resolution, env, timeoutMs(env), mfa),
    whoAmI: async (resolution, env, mfa) =>
      answerOf(await minters.whoAmI(resolution, env, timeoutMs(env), mfa)),
    deadline: (env) => mintDeadline(timeoutMs(env)),
  };
}

/** @throws XacctError with the hostname in its message, if the config cannot be read. */
function isPublic(
  hostname: string,
  readConfig: ReturnType<typeof createConfigReader>,
  env: Environment,
): boolean {
  try {
    return isPublicByDefault(hostname, readConfig(env), env);
  } catch (error) {
    throw forHostname(hostname, error);
  }
}

/**
 * Answers if the daemon cannot be trusted or does not answer: for one of our hosts with that error, for other hosts
 * without the daemon. `list` never fails, because one failing `list` costs Docker every credential. Never throws.
 */
export async function answerWithout(
  error: unknown,
  action: Action,
  input: string,
  env: Environment,
  deps: HereDeps,
): Promise<Answer> {
  const elsewhere = () => answerHere(action, input, env, deps);
  if (action === 'list') return await elsewhere();
  const readConfig = createConfigReader();
  try {
    const asked = action === 'store' ? readCredential(input).ServerURL : serverURLOf(input);
    const server = await servedBy(asked ?? '', env, readConfig);
    if (server.by === 'fallback' || (server.by === 'none' && action === 'get')) return await elsewhere();
    // A `store` or `erase` needs the daemon, because nothing else keeps this credential.
    if (server.by === 'none' || action !== 'get') throw error;
    const { scheme, hostname } = server;
    if (scheme === 'http' || isPublic(hostname, readConfig, env)) return withoutCredential(input);
    throw forHostname(hostname, error);
  } catch (failure) {
    return { outcome: 'failure', text: errorLine(action === 'get' ? failure : error) };
  }
}
