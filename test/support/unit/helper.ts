// A helper for tests, with everything in memory: config and profiles from texts, a clock, and counted mints.
import { type Config, parseConfig } from '../../../src/config/load.ts';
import type { FallbackRequest } from '../../../src/docker/fallback/fallback.ts';
import { type Action, type Answer, notFound } from '../../../src/docker/messages.ts';
import { type ErrorFields, errorFrom, XacctError } from '../../../src/errors.ts';
import type { WhoAmI } from '../../../src/helper/account-memory.ts';
import { createHelper, type HelperDeps } from '../../../src/helper/helper.ts';
import { createMemory } from '../../../src/helper/memory.ts';
import { describeIdentity, profileOf } from '../../../src/identity/identity.ts';
import type { Environment } from '../../../src/invocation.ts';
import type { MfaProof } from '../../../src/questions.ts';
import { FILE, profilesFrom } from './user-files.ts';

const KEYS = 'aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n';

const PROFILES = ['dev', 'gov', 'default'].map((name) => `[profile ${name}]\n${KEYS}`).join('');

/** Answers; also stores logins, as `docker login` does. */
export const done = { outcome: 'success', text: '' };
export const notFoundAnswer = { outcome: 'quiet-failure', text: 'credentials not found in native keychain' };
export const noServerURL = { outcome: 'quiet-failure', text: 'no credentials server URL' };
export const loginOf = (ServerURL: string, Secret = 'from docker login', Username = 'AWS') =>
  JSON.stringify({ ServerURL, Username, Secret });

/**
 * `mints` has the identity and hostname of each mint. A token is `token N of IDENTITY`, and lives 12 hours. `failures`:
 * the errors of identities that cannot mint. `accounts`: the accounts of profiles that do not declare one. `proofs`:
 * the MFA proofs of each mint.
 */
export function createHelperFixture(configText = '', aws = PROFILES) {
  const fixture = {
    now: Date.UTC(2026, 0, 1),
    configText,
    env: {} as Environment,
    /** Whether the caller sent only the variables that are always sent. */
    isPartial: false,
    aws,
    failure: undefined as unknown,
    failures: {} as Record<string, unknown>,
    /** Identities whose role refuses after a code has begun a session. */
    refusals: {} as Record<string, ErrorFields>,
    accounts: {} as Record<string, string>,
    /** Runs before AWS says which account a profile has. */
    whenAsked: (): Promise<void> => Promise.resolve(),
    /** The profiles whose account AWS was asked for. */
    profilesAsked: [] as string[],
    proofs: [] as (MfaProof | undefined)[],
    mints: [] as string[],
    /** The requests to the fallback helper, without the environment. */
    asked: [] as Omit<FallbackRequest, 'env'>[],
    /** The fallback helper's answer. */
    fallback: (_: FallbackRequest): Answer | Promise<Answer> => notFound,
    run: (action: Action, input: string) =>
      helper(action, input, fixture.isPartial ? fixture.env : { '@all': '1', ...fixture.env }),
    secretOf: async (input: string): Promise<unknown> =>
      JSON.parse((await fixture.run('get', input)).text).Secret,
  };
  const mint: HelperDeps['mint'] = async ({ identity, hostname }, _env, mfa) => {
    const who = describeIdentity(identity);
    fixture.mints.push(`${who} for ${hostname}`);
    fixture.proofs.push(mfa);
    const failure = fixture.failure ?? fixture.failures[who];
    if (failure instanceof XacctError) return { error: failure };
    if (failure !== undefined) throw failure;
    const expiresAt = fixture.now + 12 * 3_600_000;
    const password = `token ${fixture.mints.length} of ${who}`;
    const token = { username: 'AWS', password, expiresAt, awsNow: fixture.now };
    if (mfa === undefined || 'session' in mfa) return { answer: token };
    const keys = { accessKeyId: 'ASIA', secretAccessKey: 'secret', sessionToken: 'session' };
    const mfaSession = { ...keys, expiresAt, begunAt: fixture.now };
    const refusal = fixture.refusals[who];
    return refusal === undefined ? { answer: token, mfaSession } : { error: errorFrom(refusal), mfaSession };
  };
  const whoAmI: WhoAmI = async ({ identity }) => {
    const profile = profileOf(identity) ?? '';
    fixture.profilesAsked.push(profile);
    await fixture.whenAsked();
    const account = fixture.accounts[profile] ?? '999988887777';
    return { arn: `arn:aws:iam::${account}:user/${profile}`, account };
  };
  const clock = () => ({ wall: fixture.now, steady: fixture.now });
  const memory = createMemory(whoAmI, clock);
  const deps = {
    readConfig: (): Config => parseConfig(fixture.configText, FILE),
    readProfiles: () => profilesOf(fixture.aws),
    ...memory,
    mint,
    whoAmI,
    deadline: () => new AbortController().signal,
    fallback: async (request: FallbackRequest) => {
      const { env, ...asked } = request;
      fixture.asked.push(asked);
      return fixture.fallback(request);
    },
  };
  const helper = createHelper(deps);
  return Object.assign(fixture, { deps });
}

/** Parsed once for each text, as the file reader does. */
const profilesOf = memoize(profilesFrom);

function memoize<T>(make: (text: string) => T): (text: string) => T {
  const made = new Map<string, T>();
  return (text) => {
    const value = made.get(text) ?? make(text);
    made.set(text, value);
    return value;
  };
}
