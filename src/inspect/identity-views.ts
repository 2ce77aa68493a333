// The registries by identity: each identity, whether it is signed in, its registries, and the state of each token.
import type { Config } from '../config/load.ts';
import { ruleReason } from '../config/match.ts';
import { attempt, type ErrorFields, errorFields, XacctError } from '../errors.ts';
import type { DaemonStatus } from '../helper/daemon-answers.ts';
import { command, type Hint } from '../hint.ts';
import { chainOf } from '../identity/chain.ts';
import { describeChain, describePodChain } from '../identity/describe-chain.ts';
import { describeIdentity, type Identity, isOfUnknownPod } from '../identity/identity.ts';
import { ruleIdentity } from '../identity/precedence.ts';
import { chooseIdentity, resolutionInput } from '../identity/resolve.ts';
import type { Environment } from '../invocation.ts';
import type { Profiles } from '../profiles/profiles.ts';
import { parseRegistry, type Registry } from '../registry/ecr-hostname.ts';
import type { MintError, TokenStatus } from '../token/slot-status.ts';
import { seePod } from './conclusion.ts';
import { mayBeInstance } from './may-be-instance.ts';
import type { NamedBy, NamedRegistry } from './named-registries.ts';
import { type SignIn, signInOf } from './sign-in.ts';

export interface IdentityView {
  /** As in `profile dev`; `no identity` if no step has one. */
  identity: string;
  /** From the first credentials to the last role; left out if it is not known here. */
  chain?: readonly string[];
  signIn?: SignIn;
  /** Why it cannot be used, as far as its settings show. */
  problem?: ErrorFields;
  /** For an identity of pods: the command that shows a pod's identity. */
  see?: Hint;
  registries: RegistryView[];
}

export interface RegistryView {
  /** A hostname, or a pattern of config.yaml. */
  name: string;
  namedBy: readonly NamedBy[];
  /** Why it has this identity. */
  reason?: string;
  token?: TokenStatus & { totalMs: number };
  /** The failure of the last attempt to get a token. */
  lastError?: MintError;
  /** Present if no step has an identity. */
  fix?: Hint;
  /** Whether it has a credential from `docker login`, which comes first. */
  login?: true;
}

export interface MachineState {
  config: Config | XacctError;
  /** Reads the files when they are needed. */
  profiles: () => Profiles;
  daemon: DaemonStatus | undefined;
  env: Environment;
  now: number;
}

export const NO_IDENTITY = 'no identity';

/** Whether the user must do something. */
export function needsAttention({ identity, problem, signIn, registries }: IdentityView): boolean {
  if (
    identity === NO_IDENTITY ||
    problem !== undefined ||
    (signIn !== undefined && signIn.state !== 'signed in')
  )
    return true;
  return registries.some(({ token, lastError }) => lastError !== undefined && token === undefined);
}

/** In the order in which they are first named; registries without an identity come last. */
export async function identityViews(
  named: readonly NamedRegistry[],
  machine: MachineState,
): Promise<IdentityView[]> {
  const views = new Map<string, IdentityView & { of?: Identity }>();
  const add = (identity: string, registry: RegistryView, of?: Identity, problem?: XacctError) => {
    // Each registry without an identity has its own reason.
    const key = problem === undefined ? identity : `${identity} ${problem.message}`;
    const view = views.get(key) ?? { identity, registries: [] };
    if (of !== undefined) view.of ??= of;
    if (problem !== undefined) view.problem = errorFields(problem);
    view.registries.push(registry);
    views.set(key, view);
  };
  for (const one of named) addRegistry(one, machine, add);
  return [...views.values()]
    .map(({ of, ...view }) => (of === undefined ? view : { ...view, ...stateOf(of, view, machine) }))
    .toSorted((one, other) => Number(one.identity === NO_IDENTITY) - Number(other.identity === NO_IDENTITY));
}

type Add = (identity: string, registry: RegistryView, of?: Identity, problem?: XacctError) => void;

function addRegistry({ name, isPattern, namedBy }: NamedRegistry, machine: MachineState, add: Add): void {
  const { daemon, now } = machine;
  const registry: RegistryView = { name, namedBy };
  if (daemon?.logins.includes(name)) add('docker login', { ...registry, login: true });
  const found = attempt(() => (isPattern ? ofPattern(name, machine) : ofHostname(name, machine)));
  const candidates = found instanceof XacctError ? [] : found.candidates;
  const tokens = (daemon?.tokens ?? []).filter(({ hostnames }) => hostnames.includes(name));
  const failures = (daemon?.failures ?? []).filter(({ hostnames }) => hostnames.includes(name));
  const seen = new Set<string>();
  const candidateOf = (identity: string) => candidates.find(({ of }) => describeIdentity(of) === identity);
  for (const token of tokens) {
    seen.add(token.identity);
    const { reason, of } = candidateOf(token.identity) ?? {};
    const { lastError } = token;
    add(
      token.identity,
      {
        ...registry,
        ...(reason && { reason }),
        token: withTotal(token, now),
        ...(lastError && { lastError }),
      },
      of ?? profileNamed(token.identity, machine),
    );
  }
  for (const { identity, text, hint, at } of failures) {
    if (seen.has(identity)) continue;
    seen.add(identity);
    const { reason, of } = candidateOf(identity) ?? {};
    const lastError = { text, ...(hint && { hint }), at };
    const view = { ...registry, ...(reason && { reason }), lastError };
    add(identity, view, of ?? profileNamed(identity, machine));
  }
  // A registry that only the daemon names is from another environment, whose caller got the error already.
  if (
    seen.size > 0 &&
    (candidates.some(({ of }) => seen.has(describeIdentity(of))) || !isConfigured(namedBy))
  )
    return;
  if (found instanceof XacctError) {
    if (!isConfigured(namedBy) && daemon?.logins.includes(name)) return;
    // The config file's own line shows a fault of config.yaml; `explain` shows in full why there is no identity.
    if (found === machine.config) add(NO_IDENTITY, { ...registry, reason: found.message });
    else if (found.code !== 'no-identity') add(NO_IDENTITY, registry, undefined, found);
    else {
      const fix = { run: command`ecr-xacct explain ${name}` };
      add(NO_IDENTITY, { ...registry, reason: found.message, fix });
    }
    return;
  }
  const [first] = candidates;
  if (first === undefined) return;
  const shared = found.registry && sharedToken(describeIdentity(first.of), found.registry, daemon);
  const token = shared && { token: withTotal(shared, now) };
  add(describeIdentity(first.of), { ...registry, reason: first.reason, ...token }, first.of);
}

function isConfigured(namedBy: readonly NamedBy[]): boolean {
  return namedBy.some((by) => by !== 'daemon');
}

interface Found {
  registry?: Registry;
  candidates: readonly { of: Identity; reason: string }[];
}

/** @throws XacctError if no step has an identity, or a file is broken. */
function ofHostname(name: string, { config, profiles, env }: MachineState): Found {
  if (config instanceof XacctError) throw config;
  const input = resolutionInput(name, config, profiles(), env);
  if (input === undefined) {
    throw new XacctError(
      'usage',
      'Docker asks ecr-xacct for it, and it is neither an ECR registry nor in config.yaml',
    );
  }
  const { registry, resolutions, noIdentity } = chooseIdentity(name, input);
  const [first] = resolutions;
  // The instance is the last step. Without a metadata service it is no identity.
  if (first === undefined || (first.identity.kind === 'instance' && !mayBeInstance(env)))
    throw noIdentity([]);
  return { registry, candidates: resolutions.map(({ identity, reason }) => ({ of: identity, reason })) };
}

function ofPattern(name: string, { config, env }: MachineState): Found {
  if (config instanceof XacctError) throw config;
  const rule = config.rules.find(({ key }) => key === name);
  if (rule === undefined) return { candidates: [] };
  const profile = env.ECR_XACCT_PROFILE;
  return {
    candidates: [
      profile
        ? { of: { kind: 'profile', profile }, reason: `ECR_XACCT_PROFILE=${profile}` }
        : { of: ruleIdentity(rule), reason: ruleReason(rule) },
    ],
  };
}

/** A token that another registry in the region got with the same identity serves this one, too. */
function sharedToken(
  identity: string,
  { service, region, fips, dualStack }: Registry,
  daemon: DaemonStatus | undefined,
): TokenStatus | undefined {
  return daemon?.tokens.find((token) => {
    if (token.identity !== identity || token.region !== region) return false;
    return token.hostnames.some((hostname) => {
      const other = parseRegistry(hostname);
      return other?.service === service && other.fips === fips && other.dualStack === dualStack;
    });
  });
}

/** A token lives as long as AWS says, however this machine's clock is set. */
function withTotal(token: TokenStatus, now: number): TokenStatus & { totalMs: number } {
  return { ...token, totalMs: token.leftMs + Math.max(0, now - token.mintedAt) };
}

/** Reads the daemon's text, as in `profile dev`. */
function profileNamed(identity: string, { profiles }: MachineState): Identity | undefined {
  const profile = /^profile (.+)$/.exec(identity)?.[1];
  if (profile === undefined) return undefined;
  const settings = attempt(() => profiles().profile(profile));
  return settings === undefined || settings instanceof XacctError ? undefined : { kind: 'profile', profile };
}

/**
 * Begins an MFA session of the identity: `login` accepts no pattern, and its `--profile` cannot name the role of a
 * rule.
 */
function loginOf(of: Identity, registries: readonly RegistryView[]): Hint {
  const host = registries.find(({ name }) => !name.includes('*'))?.name;
  if (host !== undefined) return { run: command`ecr-xacct login ${host}` };
  if (of.kind === 'profile') return { run: command`ecr-xacct login --profile ${of.profile}` };
  return { say: 'log in to a registry of the pattern with ecr-xacct login' };
}

function stateOf(of: Identity, { registries }: IdentityView, machine: MachineState): Partial<IdentityView> {
  const { profiles, daemon, env, now } = machine;
  if (isOfUnknownPod(of)) {
    const host = registries.find(({ name }) => !name.includes('*'))?.name;
    return { chain: describePodChain(of), see: seePod(host) };
  }
  const state = attempt(() => {
    const chain = chainOf(of, profiles(), env);
    return {
      chain: describeChain(chain),
      signIn: signInOf(chain, daemon?.mfaSessions ?? [], {
        env,
        now,
        login: loginOf(of, registries),
      }),
    };
  });
  if (state instanceof XacctError) return { problem: errorFields(state) };
  const { chain, signIn } = state;
  return { chain, ...(signIn && { signIn }) };
}
