// A token for a hostname: who to be, a token in memory or a mint, and the next candidate where discovery has several.

import type { Config } from '../config/load.ts';
import { type ErrorCode, errorFrom, XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { describeIdentity } from '../identity/identity.ts';
import { holdsSecret, identityKey } from '../identity/identity-key.ts';
import { mfaDevice, mfaRequired } from '../identity/mfa-device.ts';
import type { Choice, Resolution } from '../identity/resolve.ts';
import type { Environment } from '../invocation.ts';
import type { Profiles } from '../profiles/profiles.ts';
import type { MfaProof, Minted, Token } from '../questions.ts';
import type { MfaSessionStore } from '../token/mfa-session-store.ts';
import type { TokenCache } from '../token/token-cache.ts';
import { type ChoiceDeps, chooseRemembered, learnAndChoose, whatWasLearnt } from './choose.ts';

export interface TokenDeps extends ChoiceDeps {
  tokens: TokenCache;
  mfaSessions: MfaSessionStore;
  /** Asks AWS in the caller's environment. @throws XacctError */
  mint: (resolution: Resolution, env: Environment, mfa?: MfaProof) => Promise<Minted>;
  /** Ends a caller's wait for a mint that somebody else may have begun. Its reason is an XacctError. */
  deadline: (env: Environment) => AbortSignal;
}

/** What somebody asks for. */
export interface Wanted {
  hostname: string;
  config: Config;
  profiles: Profiles;
  env: Environment;
  /** Of `login`: mint in any case, with the code where one was typed. It works once: it is gone when it has begun a session. */
  login?: { code: string | undefined };
}

/** Undefined where the hostname is neither ECR's nor mapped. @throws XacctError */
export async function findToken(
  deps: TokenDeps,
  wanted: Wanted,
): Promise<{ token: Token; resolution: Resolution } | undefined> {
  const choice = await learnAndChoose(deps, wanted);
  if (choice === undefined) return undefined;
  const [first, ...others] = choice.resolutions;
  if (first === undefined) throw choice.noIdentity(whatWasLearnt(deps, wanted));
  if (others.length > 0) return await firstThatCan(deps, wanted, choice.resolutions);
  try {
    return { token: await tokenOf(deps, wanted, first), resolution: first };
  } catch (error) {
    throw first.step === 'default' ? lastStepFailed(error, deps, wanted, choice, first) : error;
  }
}

/** Of several profiles of the account: the first that has a token, else the first that can mint one. */
async function firstThatCan(deps: TokenDeps, wanted: Wanted, resolutions: readonly Resolution[]) {
  const held =
    wanted.login === undefined ? resolutions.find((one) => holdsToken(deps, wanted, one)) : undefined;
  const order = held === undefined ? resolutions : [held, ...resolutions.filter((one) => one !== held)];
  const failures: XacctError[] = [];
  for (const resolution of order) {
    try {
      return { token: await tokenOf(deps, wanted, resolution), resolution };
    } catch (error) {
      if (!(error instanceof XacctError) || !IS_OF_ONE_IDENTITY.has(error.code)) throw error;
      failures.push(error);
    }
  }
  throw nobodyCan(failures, wanted);
}

function holdsToken({ tokens }: TokenDeps, { profiles, env }: Wanted, resolution: Resolution): boolean {
  try {
    return tokens.statusOf(identityKey(resolution, profiles, env)) !== undefined;
  } catch {
    // A profile that is broken has none.
    return false;
  }
}

/** Failures after which another identity may do better. Not those of the network, which all would wait for in turn. */
const IS_OF_ONE_IDENTITY: ReadonlySet<ErrorCode> = new Set([
  'access-denied',
  'assume-role-denied',
  'credentials-expired',
  'credentials-invalid',
  'login-expired',
  'mfa-rejected',
  'mfa-required',
  'no-identity',
  'process-failed',
  'profile-cycle',
  'profile-incomplete',
  'profile-missing',
  'service',
  'sso-expired',
  'web-identity',
]);
/** Failures that a person mends with one command, so that theirs is the command to show. */
const MENDABLE: ReadonlySet<ErrorCode> = new Set(['sso-expired', 'login-expired', 'mfa-required']);
const MAX_SHOWN = 3;

function nobodyCan(failures: readonly XacctError[], { hostname }: Wanted): XacctError {
  const shown = failures.slice(0, MAX_SHOWN).map(({ message }) => message);
  const more = failures.length > MAX_SHOWN ? [`and ${failures.length - MAX_SHOWN} more`] : [];
  const first = failures.find(({ code }) => MENDABLE.has(code)) ?? failures[0];
  return new XacctError(
    first?.code ?? 'no-identity',
    `none of the ${failures.length} profiles of its account can be used: ${[...shown, ...more].join(', ')}`,
    { hint: first?.hint ?? { run: command`ecr-xacct explain ${hostname}` }, cause: first },
  );
}

/** @throws XacctError with the identity in its message. */
async function tokenOf(deps: TokenDeps, wanted: Wanted, resolution: Resolution): Promise<Token> {
  const { hostname, config, profiles, env, login } = wanted;
  try {
    const key = identityKey(resolution, profiles, env);
    return await deps.tokens.get({
      key,
      hostname,
      about: { identity: describeIdentity(resolution.identity), region: resolution.registry.region },
      policy: config,
      mint: () => mint(deps, wanted, resolution),
      deadline: () => deps.deadline(env),
      // A renewal needs the caller's environment later, and secrets in it are not to be kept.
      renew: holdsSecret(env) ? undefined : () => mintAgain(deps, hostname, key, env),
      fresh: login !== undefined,
    });
  } catch (error) {
    throw withIdentity(resolution, error);
  }
}

/** Mints for the key once more, unless the files now lead to another one. */
function mintAgain(
  deps: TokenDeps,
  hostname: string,
  key: string,
  env: Environment,
): Promise<Token> | undefined {
  const wanted = { hostname, config: deps.readConfig(env), profiles: deps.readProfiles(env), env };
  const resolution = chooseRemembered(deps, wanted)?.resolutions.find(
    (one) => identityKey(one, wanted.profiles, env) === key,
  );
  return resolution && mint(deps, wanted, resolution);
}

/** Mints, with the MFA session of the identity's keys where its roles ask for one. */
async function mint(deps: TokenDeps, wanted: Wanted, resolution: Resolution): Promise<Token> {
  const { profiles, env, login } = wanted;
  const device = mfaDevice(resolution.identity, profiles, env);
  if (device === undefined) return tokenIn(await deps.mint(resolution, env));
  const { serial, sessionKey } = device;
  const session = deps.mfaSessions.get(sessionKey);
  const proof = login?.code === undefined ? session && { session } : { code: login.code };
  if (proof === undefined) throw mfaRequired(serial, resolution);
  try {
    const minted = await deps.mint(resolution, env, proof);
    if (minted.mfaSession !== undefined) {
      deps.mfaSessions.set(sessionKey, serial, minted.mfaSession);
      if (login !== undefined) login.code = undefined;
    }
    return tokenIn(minted);
  } catch (error) {
    // AWS does not take the session any more.
    if (error instanceof XacctError && error.code === 'mfa-required') deps.mfaSessions.delete(sessionKey);
    throw error;
  }
}

function tokenIn({ token, refusal }: Minted): Token {
  if (refusal !== undefined) throw errorFrom(refusal);
  return token;
}

/** The last step leads to whoever happens to be there: the reader wants to know what was looked for before. */
function lastStepFailed(
  error: unknown,
  deps: TokenDeps,
  wanted: Wanted,
  choice: Choice,
  { identity }: Resolution,
): unknown {
  if (!(error instanceof XacctError)) return error;
  const learnt = whatWasLearnt(deps, wanted);
  if (identity.kind === 'instance' && error.code === 'no-identity') {
    return choice.noIdentity([...learnt, 'there is no EC2 instance role']);
  }
  const { account } = choice.registry;
  if (account === undefined || !wanted.config.discover) return error;
  const tried = [`no profile of account ${account} in ${wanted.profiles.configFile}`, ...learnt].join(', ');
  return error.reworded(`${error.message} (${tried})`);
}

/** Failures that have nothing to do with who one is, or name the profile themselves. */
const OF_NOBODY: ReadonlySet<ErrorCode> = new Set([
  'daemon',
  'profile-cycle',
  'profile-incomplete',
  'profile-missing',
  'socket-unsafe',
  'usage',
]);

function withIdentity({ identity }: Resolution, error: unknown): unknown {
  if (!(error instanceof XacctError) || OF_NOBODY.has(error.code)) return error;
  return error.prefixed(describeIdentity(identity));
}
