// Resolves a hostname, the config and the caller's environment to an identity, with the reason.
import type { Config } from '../config/load.ts';
import { matchRule, registryOf } from '../config/match.ts';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Environment } from '../invocation.ts';
import type { Profiles } from '../profiles/profiles.ts';
import {
  parseRegistry,
  partitionOfRegion,
  type Registry,
  registryHostname,
} from '../registry/ecr-hostname.ts';
import { type Identity, profileOf } from './identity.ts';
import { type Candidate, climb, type ResolutionInput, type Step } from './precedence.ts';
import type { ServiceAccount } from './service-account.ts';

export interface Resolution {
  /** The hostname of the request, lower case. */
  hostname: string;
  /** The registry of the token; differs from `hostname` if a rule maps the user's own name to it. */
  registry: Registry;
  identity: Identity;
  step: Step;
  /** Why this identity, as in `rule "…" (config.yaml:3)`. */
  reason: string;
  /** The region whose STS assumes a role. */
  stsRegion: string;
}

/** The identities for a hostname. */
export interface Choice {
  registry: Registry;
  /** In the order in which they are tried. Only discovery finds more than one; empty if no step has an identity. */
  resolutions: readonly Resolution[];
  /**
   * Profiles whose account only AWS knows, in the order of the files: one of the registry's account would come before
   * these resolutions. Empty if it would make no difference.
   */
  unknown: readonly string[];
  /** The error if no step has an identity; `learnt`: what AWS answered for profiles, as clauses after the reasons. */
  noIdentity: (learnt: readonly string[]) => XacctError;
}

/** The registry and rule of a hostname (lower case) for this user; undefined if it is neither ECR's nor mapped. */
export function resolutionInput(
  hostname: string,
  config: Config,
  profiles: Profiles,
  env: Environment,
  learntAccount: ResolutionInput['learntAccount'] = () => undefined,
  serviceAccount?: ServiceAccount,
): ResolutionInput | undefined {
  const match = matchRule(config, hostname);
  const registry = registryOf(hostname, match);
  return registry && { registry, match, config, profiles, env, learntAccount, serviceAccount };
}

/** The identities for a hostname (lower case). @throws XacctError if the default profile is broken. */
export function chooseIdentity(hostname: string, input: ResolutionInput): Choice {
  const absences: string[] = [];
  for (const { step, candidates, absence } of climb(input)) {
    if (candidates.length > 0) {
      return {
        registry: input.registry,
        resolutions: candidates.map((candidate) => resolutionOf(hostname, step, candidate, input)),
        unknown: step === 'default' ? unknownProfiles(input) : [],
        noIdentity: (learnt) => noIdentity([...absences, ...learnt], input),
      };
    }
    if (step !== 'override') absences.push(absence);
  }
  return {
    registry: input.registry,
    resolutions: [],
    unknown: unknownProfiles(input),
    noIdentity: (learnt) => noIdentity([...absences, ...learnt], input),
  };
}

/** One candidate for a hostname. */
export function resolutionOf(
  hostname: string,
  step: Step,
  { identity, reason }: Candidate,
  { registry, match, profiles, env }: ResolutionInput,
): Resolution {
  const profile = profileOf(identity);
  const settings = profile === undefined ? undefined : profiles.profile(profile);
  const region = [match?.rule.region, env.AWS_REGION, env.AWS_DEFAULT_REGION, settings?.region].find(
    (name) => name !== undefined && partitionOfRegion(name) === registry.partition,
  );
  return { hostname, registry, identity, step, reason, stsRegion: region ?? registry.region };
}

/** A profile, to ask STS in the region for its account: its registry is a placeholder. */
export function profileResolution(profile: string, region: string): Resolution {
  const hostname = registryHostname('0'.repeat(12), region) ?? '';
  const registry = parseRegistry(hostname);
  if (registry === undefined) throw new XacctError('usage', `${region} is not an AWS region`);
  const identity = { kind: 'profile', profile } as const;
  return { hostname, registry, identity, step: 'override', reason: `profile ${profile}`, stsRegion: region };
}

function unknownProfiles({ registry, config, profiles, learntAccount }: ResolutionInput): readonly string[] {
  if (registry.account === undefined || !config.discover) return [];
  const unknown = profiles.accounts().undeclared.filter((profile) => learntAccount(profile) === undefined);
  // The default profile is the next step anyway, whatever its account.
  return unknown.every((profile) => profile === 'default') ? [] : unknown;
}

function noIdentity(absences: readonly string[], { registry, config }: ResolutionInput): XacctError {
  const owner = registry.account === undefined ? 'may use it' : `may use account ${registry.account}`;
  const rule = config.file === undefined ? '' : `add a rule to ${config.file}, or `;
  return new XacctError('no-identity', `no AWS identity: ${absences.join(', and ')}`, {
    hint: { say: `${rule}with a profile that ${owner}`, run: command`export AWS_PROFILE=NAME` },
  });
}
