// The plugin's answer to the kubelet: a token for an image's registry, by the rules, and for the pod if a rule says so.
import { setTimeout } from 'node:timers/promises';
import { matchRule } from '../config/match.ts';
import { parseRegistryOrImage } from '../docker/server-url.ts';
import { XacctError } from '../errors.ts';
import { findToken, once, type TokenDeps } from '../helper/find-token.ts';
import { forHostname, isOurs, isPublicByDefault } from '../helper/served-by.ts';
import { command } from '../hint.ts';
import { readServiceAccount, withServiceAccountToken } from '../identity/service-account.ts';
import type { Environment } from '../invocation.ts';
import type { Outcome, Token } from '../questions.ts';
import { timeoutMs } from '../wire/daemon-variables.ts';
import { cacheDuration } from './cache-duration.ts';
import { type ProviderRequest, readRequest, writeResponse } from './messages.ts';
import { PLUGIN_DEADLINE, retryDelay } from './retry-delay.ts';

/** `random` returns 0 to 1, `steady` milliseconds that are never set back. */
export interface KubeletDeps extends Omit<TokenDeps, 'accounts'> {
  random: () => number;
  steady: () => number;
  /** Waits this many milliseconds. */
  wait?: (ms: number) => Promise<unknown>;
}

/** How long the kubelet pulls from a public registry without a token after a failure. Milliseconds. */
const ANONYMOUS_MS = 300_000;

/**
 * Answers a CredentialProviderRequest with a CredentialProviderResponse.
 * @throws XacctError with the registry and the identity in its message; WholeEnvironmentNeeded.
 */
export async function answerKubelet(deps: KubeletDeps, input: string, env: Environment): Promise<string> {
  const request = readRequest(input);
  const { hostname, scheme } = parseRegistryOrImage(request.image) ?? {};
  if (hostname === undefined || scheme !== 'https') throw forHostname(request.image, noRegistry());
  try {
    return await answerFor(deps, hostname, request, env);
  } catch (error) {
    throw forHostname(hostname, forKubelet(error));
  }
}

/**
 * Rewrites hints that are for a shell: the kubelet itself asks again after a passing failure, and variables belong in
 * the plugin's entry.
 */
function forKubelet(error: unknown): unknown {
  if (!(error instanceof XacctError)) return error;
  const [program = '', setting = ''] = error.hint?.run ?? [];
  if (error.kind.passes && (error.hint?.run === undefined || program === 'export')) {
    return error.reworded(error.message, {
      say: 'the kubelet asks again when it tries the pod again',
    });
  }
  if (program !== 'export' && program !== 'unset') return error;
  const name = setting.replace(/=.*/s, '');
  const say = `${program === 'unset' ? 'take it out of' : 'set it in'} env of the plugin's entry in the kubelet's config: ${name}`;
  return error.reworded(error.message, { say });
}

async function answerFor(
  deps: KubeletDeps,
  hostname: string,
  { serviceAccountToken: token, serviceAccountAnnotations }: ProviderRequest,
  env: Environment,
): Promise<string> {
  const config = await deps.readConfig(env);
  if (!isOurs(hostname, config)) throw noRegistry();
  if (token === undefined && matchRule(config, hostname)?.rule.service_account) throw noToken();
  const asked = {
    ...{ hostname, config, profiles: await deps.readProfiles(env) },
    env: token === undefined ? env : withServiceAccountToken(env, token),
    serviceAccount: token === undefined ? undefined : readServiceAccount(token, serviceAccountAnnotations),
    deadline: once(() => deps.deadline(timed(env, timeOf(env)))),
  };
  try {
    const found = await findToken({ ...deps, mint: patientMint(deps), accounts: NO_ACCOUNTS }, asked);
    if (found === undefined) throw noRegistry();
    const { expiresAt, awsNow, age = 0 } = found.token;
    const lifeLeft = Math.min(expiresAt - awsNow, config.maxTokenAge - age);
    return writeResponse(hostname, found.token, cacheDuration(lifeLeft, deps.random));
  } catch (error) {
    // No failure may keep a node from a public registry.
    if (!(error instanceof XacctError) || !isPublicByDefault(hostname, config, env)) throw error;
    return writeResponse(hostname, undefined, ANONYMOUS_MS);
  }
}

/** The plugin asks AWS for no profile's account: each node of a fleet would ask. */
const NO_ACCOUNTS: TokenDeps['accounts'] = {
  recall: () => undefined,
  hasFailed: () => false,
  learn: async () => {},
  clear: () => {},
};

/** Repeats a call after a passing failure, within the plugin's time: the kubelet's next run would not remember it. */
function patientMint({ mint, random, steady, wait = setTimeout }: KubeletDeps): TokenDeps['mint'] {
  return async (resolution, env, mfa) => {
    const start = steady();
    // A shorter timeout counts as the end of a full run.
    const begun = PLUGIN_DEADLINE - timeOf(env);
    let passing: Outcome<Token> | undefined;
    for (;;) {
      // No retries of the SDK: the waits between calls are chosen for a whole fleet.
      const left = PLUGIN_DEADLINE - begun - (steady() - start);
      const outcome = await mint(resolution, { AWS_MAX_ATTEMPTS: '1', ...timed(env, left) }, mfa);
      const pause = retryDelay(begun + steady() - start, random);
      // The failure before says more than that the last call had no time left.
      if (outcome.error?.code === 'timeout' && passing !== undefined) return passing;
      if (outcome.error === undefined || !outcome.error.kind.passes || pause === undefined) return outcome;
      passing = outcome;
      await wait(pause);
    }
  };
}

/** Milliseconds for the whole answer. @throws XacctError `usage` */
function timeOf(env: Environment): number {
  return Math.min(PLUGIN_DEADLINE, timeoutMs(env, PLUGIN_DEADLINE));
}

/** The environment with this timeout. */
function timed(env: Environment, ms: number): Environment {
  return { ...env, ECR_XACCT_TIMEOUT: String(Math.max(Math.floor(ms / 1_000), 1)) };
}

function noToken(): XacctError {
  return new XacctError('web-identity', 'the kubelet gives no token of a service account', {
    hint: {
      say: 'with tokenAttributes in its CredentialProviderConfig:',
      run: command`ecr-xacct kubelet config`,
    },
  });
}

function noRegistry(): XacctError {
  return new XacctError('usage', 'neither an ECR registry nor a name in the config', {
    hint: {
      say: "leave it out of matchImages in the kubelet's config:",
      run: command`ecr-xacct kubelet config`,
    },
  });
}
