// A helper for tests with everything about it in memory: config and profiles from texts, a clock, and mints that are counted.
import { type Config, parseConfig } from '../../src/config/load.ts';
import type { Environment } from '../../src/config/paths.ts';
import type { FallbackRequest } from '../../src/docker/fallback.ts';
import { type Action, type Answer, notFound } from '../../src/docker/messages.ts';
import { createHelper } from '../../src/helper/helper.ts';
import { describeIdentity } from '../../src/identity/identity.ts';
import type { Resolution } from '../../src/identity/resolve.ts';
import { createLoginStore } from '../../src/token/login-store.ts';
import type { Token } from '../../src/token/token.ts';
import { createTokenCache } from '../../src/token/token-cache.ts';
import { FILE } from './unit-config-text.ts';
import { profilesFrom } from './unit-profiles.ts';

const KEYS = 'aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n';

/** `mints` has the identity and hostname of each mint; a token is `token N of IDENTITY`, and lives 12 hours. */
export function createHelperFixture(configText = '') {
  const profiles = profilesFrom(
    ['dev', 'gov', 'default'].map((name) => `[profile ${name}]\n${KEYS}`).join(''),
  );
  const fixture = {
    now: Date.UTC(2026, 0, 1),
    configText,
    env: {} as Environment,
    failure: undefined as unknown,
    mints: [] as string[],
    /** What the fallback helper was asked, without the environment. */
    asked: [] as Omit<FallbackRequest, 'env'>[],
    /** What it answers. */
    fallback: (_: FallbackRequest): Answer | Promise<Answer> => notFound,
    run: (action: Action, input: string) => helper(action, input, fixture.env),
    secretOf: async (input: string): Promise<unknown> =>
      JSON.parse((await fixture.run('get', input)).text).Secret,
  };
  const mint = async ({ identity, hostname }: Resolution): Promise<Token> => {
    fixture.mints.push(`${describeIdentity(identity)} for ${hostname}`);
    if (fixture.failure !== undefined) throw fixture.failure;
    const password = `token ${fixture.mints.length} of ${describeIdentity(identity)}`;
    return { username: 'AWS', password, expiresAt: fixture.now + 12 * 3_600_000 };
  };
  const clock = () => fixture.now;
  const helper = createHelper({
    readConfig: (): Config => parseConfig(fixture.configText, FILE),
    readProfiles: () => profiles,
    tokens: createTokenCache(clock),
    logins: createLoginStore(clock),
    mint,
    deadline: () => new AbortController().signal,
    fallback: async (request) => {
      const { env, ...asked } = request;
      fixture.asked.push(asked);
      return fixture.fallback(request);
    },
  });
  return fixture;
}
