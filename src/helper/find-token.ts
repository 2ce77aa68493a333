// Gets a token for a hostname: it chooses an identity, and uses a token from memory or mints one.
import { isWhole, orUnknown, passedEnvironment } from '../caller-environment.ts';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { describeIdentity } from '../identity/identity.ts';
import { holdsSecret, identityKey, needsWhole } from '../identity/identity-key.ts';
import { mfaDevice, mfaRequired } from '../identity/mfa-device.ts';
import type { Choice, Resolution } from '../identity/resolve.ts';
import type { Environment } from '../invocation.ts';
import { answerOf, type MfaProof, type Outcome, type Token } from '../questions.ts';
import { withoutSecrets } from '../secrets.ts';
import type { MfaSessionStore } from '../token/mfa-session-store.ts';
import type { Renew } from '../token/slot.ts';
import type { Slots } from '../token/slots.ts';
import {
  type ChoiceDeps,
  type ChoiceInput,
  chooseRemembered,
  learnAndChoose,
  whatWasLearnt,
} from './choose.ts';

export interface TokenDeps extends ChoiceDeps {
  tokens: Slots;
  mfaSessions: MfaSessionStore;
  /** Asks AWS in the caller's environment. */
  mint: (resolution: Resolution, env: Environment, mfa?: MfaProof) => Promise<Outcome<Token>>;
  /** Ends a caller's wait for a mint, which another caller may have begun. Its reason is an XacctError. */
  deadline: (env: Environment) => AbortSignal;
}

/** A request for a token. */
export interface TokenInput extends ChoiceInput {
  /**
   * Of `login`: always mint, with the MFA code if there is one. A code works once: it is removed when it has begun a
   * session.
   */
  login?: { code: string | undefined };
  /** The deadline of the whole answer, if it has begun already. */
  deadline?: () => AbortSignal;
}

/** With the one deadline of the whole answer, which begins at the first wait. */
type WaitingInput = TokenInput & { deadline: () => AbortSignal };

/** Begins the deadline if the value is a promise. */
export function counted<T>(value: T | Promise<T>, deadline: () => AbortSignal): T | Promise<T> {
  if (value instanceof Promise) deadline();
  return value;
}

export function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

export interface FoundToken {
  token: Token;
  resolution: Resolution;
  /**
   * Gets the token of the same identity again, from memory. Undefined if a process gives its keys, a CI job gives its
   * token, or AWS must still be asked.
   */
  again: (() => Token | undefined) | undefined;
}

/** Undefined if the hostname is neither ECR's nor mapped. @throws XacctError */
export async function findToken(deps: TokenDeps, wanted: TokenInput): Promise<FoundToken | undefined> {
  const waiting = { ...wanted, deadline: wanted.deadline ?? once(() => deps.deadline(wanted.env)) };
  const choice = await learnAndChoose(deps, wanted, waiting.deadline);
  if (choice === undefined) return undefined;
  const [first, ...others] = choice.resolutions;
  if (first === undefined) throw choice.noIdentity(whatWasLearnt(deps, wanted));
  try {
    const found =
      others.length > 0
        ? await firstThatCan(deps, waiting, choice.resolutions)
        : await tokenOf(deps, waiting, first);
    return choice.unknown.length > 0 ? { ...found, again: undefined } : found;
  } catch (error) {
    throw first.step === 'default' && others.length === 0
      ? lastStepFailed(error, deps, wanted, choice, first)
      : error;
  }
}

/** Of several profiles of the account: the first that has a token, else the first that can mint one. */
async function firstThatCan(
  deps: TokenDeps,
  wanted: WaitingInput,
  resolutions: readonly Resolution[],
): Promise<FoundToken> {
  const held =
    wanted.login === undefined ? resolutions.find((one) => holdsToken(deps, wanted, one)) : undefined;
  const order = held === undefined ? resolutions : [held, ...resolutions.filter((one) => one !== held)];
  const failures: XacctError[] = [];
  for (const resolution of order) {
    try {
      return await tokenOf(deps, wanted, resolution);
    } catch (error) {
      if (!(error instanceof XacctError) || !isOfOneIdentity(error)) throw error;
      failures.push(error);
    }
  }
  throw noneUsable(failures, wanted);
}

function holdsToken({ tokens }: TokenDeps, wanted: TokenInput, resolution: Resolution): boolean {
  try {
    return tokens.statusOf(identityKey(resolution, wanted)) !== undefined;
  } catch (error) {
    // A broken profile has no token.
    if (error instanceof XacctError) return false;
    throw error;
  }
}

/** Whether another identity may succeed. A network failure would be the same for all, each after a wait. */
function isOfOneIdentity({ kind }: XacctError): boolean {
  return kind.of === 'identity' || kind.of === 'profile';
}

const MAX_SHOWN = 3;

function noneUsable(failures: readonly XacctError[], { hostname }: TokenInput): XacctError {
  const shown = failures.slice(0, MAX_SHOWN).map(({ message }) => message);
  const more = failures.length > MAX_SHOWN ? [`and ${failures.length - MAX_SHOWN} more`] : [];
  // Only the caller can sign in: if a sign-in is a fix, show its command.
  const first = failures.find(({ kind }) => kind.fixedBy === 'sign-in') ?? failures[0];
  return new XacctError(
    first?.code ?? 'no-identity',
    `none of the ${failures.length} profiles of its account can be used: ${[...shown, ...more].join(', ')}`,
    { hint: first?.hint ?? { run: command`ecr-xacct explain ${hostname}` }, cause: first },
  );
}

/** @throws XacctError with the identity in its message. */
async function tokenOf(deps: TokenDeps, wanted: WaitingInput, resolution: Resolution): Promise<FoundToken> {
  const { hostname, config, login, deadline } = wanted;
  try {
    const key = identityKey(resolution, wanted);
    const request = {
      key,
      hostname,
      about: { identity: describeIdentity(resolution.identity), region: resolution.registry.region },
      policy: config,
      mint: () => mint(deps, wanted, resolution),
      deadline,
      renew: renewalOf(deps, wanted, resolution, key),
      fresh: login !== undefined,
    };
    const token = await deps.tokens.get(request);
    const isOfCaller = needsWhole(resolution.identity, wanted);
    return { token, resolution, again: isOfCaller ? undefined : () => deps.tokens.held(request) };
  } catch (error) {
    throw withIdentity(resolution, error);
  }
}

/**
 * A renewal needs the caller's environment later. There is none if the environment has a secret, or all of it is
 * needed: neither is kept after the answer.
 */
function renewalOf(deps: TokenDeps, wanted: TokenInput, resolution: Resolution, key: string) {
  const { hostname, env } = wanted;
  if (holdsSecret(env)) return undefined;
  if (isWhole(env) && needsWhole(resolution.identity, wanted)) return undefined;
  const kept = withoutSecrets(isWhole(env) ? passedEnvironment(env) : env);
  return () => mintAgain(deps, hostname, key, kept);
}

/**
 * Mints for the key again, unless the files now result in another key, or in one that needs more of the environment.
 */
function mintAgain(deps: TokenDeps, hostname: string, key: string, env: Environment): ReturnType<Renew> {
  return orUnknown(() => {
    const [config, profiles] = [deps.readConfig(env), deps.readProfiles(env)];
    if (config instanceof Promise || profiles instanceof Promise) return laterOf(config, profiles);
    const wanted = { hostname, config, profiles, env };
    const resolution = chooseRemembered(deps, wanted)?.resolutions.find(
      (one) => orUnknown(() => identityKey(one, wanted)) === key,
    );
    return resolution && mint(deps, wanted, resolution);
  });
}

/** The next caller gets the errors of the files. */
function laterOf(...reads: unknown[]): 'later' {
  void Promise.allSettled(reads);
  return 'later';
}

/** Mints, with the MFA session of the identity's keys if its roles require one. */
async function mint(deps: TokenDeps, wanted: TokenInput, resolution: Resolution): Promise<Token> {
  const { env, login } = wanted;
  const device = mfaDevice(resolution.identity, wanted);
  if (device === undefined) return answerOf(await deps.mint(resolution, env));
  const { serial, sessionKey } = device;
  const session = deps.mfaSessions.get(sessionKey);
  const proof = login?.code === undefined ? session && { session } : { code: login.code };
  if (proof === undefined) throw mfaRequired(serial, resolution);
  const outcome = await deps.mint(resolution, env, proof);
  if (outcome.mfaSession !== undefined) {
    deps.mfaSessions.set(sessionKey, serial, outcome.mfaSession);
    if (login !== undefined) login.code = undefined;
  }
  if (outcome.error?.code === 'mfa-required' && session !== undefined) {
    deps.mfaSessions.refused(sessionKey, session);
  }
  return answerOf(outcome);
}

/** The last step uses the identity of the machine, whatever it is: the message also lists what was tried before. */
function lastStepFailed(
  error: unknown,
  deps: TokenDeps,
  wanted: TokenInput,
  choice: Choice,
  { identity }: Resolution,
): unknown {
  if (!(error instanceof XacctError)) return error;
  const learnt = whatWasLearnt(deps, wanted);
  if (identity.kind === 'instance' && error.code === 'no-identity') {
    // Leave out the prefix with the identity: there is none.
    const { message } = error.cause instanceof XacctError ? error.cause : error;
    return choice.noIdentity([...learnt, message]);
  }
  const { account } = choice.registry;
  if (account === undefined || !wanted.config.discover) return error;
  const tried = [`no profile of account ${account} in ${wanted.profiles.configFile}`, ...learnt].join(', ');
  return error.reworded(`${error.message} (${tried})`);
}

function withIdentity({ identity }: Resolution, error: unknown): unknown {
  if (!(error instanceof XacctError)) return error;
  // The message names the profile already, or the failure does not depend on the identity.
  if (error.kind.of === 'profile' || error.kind.of === 'named') return error;
  return error.prefixed(describeIdentity(identity));
}
