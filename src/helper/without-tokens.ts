// What is answered where no token can be had, because the daemon cannot be trusted or is stuck: asks AWS nothing.
import {
  type Action,
  type Answer,
  MISSING_SERVER_URL,
  notFound,
  readCredential,
  readServerURL,
} from '../docker/messages.ts';
import { parseServerURL } from '../docker/server-url.ts';
import { errorLine } from '../errors.ts';
import type { Environment } from '../invocation.ts';
import {
  askFallback,
  eraseElsewhere,
  type ForeignDeps,
  forHostname,
  isOurs,
  listElsewhere,
  storeElsewhere,
} from './foreign-hosts.ts';
import { isPublicByDefault, usernamesAnswer } from './helper.ts';

/**
 * For a host of ours the error; for others what is answered anyway. `list` never fails, because one failing `list` costs
 * Docker every credential. Never throws.
 */
export async function answerWithoutTokens(
  error: unknown,
  action: Action,
  input: string,
  env: Environment,
  deps: ForeignDeps,
): Promise<Answer> {
  if (action === 'list') return usernamesAnswer(await listElsewhere(deps, env));
  try {
    const theirs = await answeredElsewhere(action, input, env, deps);
    if (theirs !== undefined) return theirs;
    // What is ours, the daemon would have to keep or to forget.
    if (action !== 'get') throw error;
    const { scheme, hostname = '' } = parseServerURL(readServerURL(input) ?? '') ?? {};
    return scheme === 'https' ? failureFor(hostname, error, env, deps) : notFound;
  } catch (failure) {
    return { outcome: 'failure', text: errorLine(failure) };
  }
}

/** By the fallback helper; undefined where that must not be asked. @throws XacctError */
async function answeredElsewhere(
  action: Exclude<Action, 'list'>,
  input: string,
  env: Environment,
  deps: ForeignDeps,
): Promise<Answer | undefined> {
  if (action === 'store') return storeElsewhere(deps, readCredential(input), env);
  const ServerURL = readServerURL(input);
  if (ServerURL === undefined) return { outcome: 'quiet-failure', text: MISSING_SERVER_URL };
  if (action === 'erase') return eraseElsewhere(deps, ServerURL, input, env);
  return askFallback(deps, { action, ServerURL, input, env });
}

function failureFor(hostname: string, error: unknown, env: Environment, { readConfig }: ForeignDeps): Answer {
  try {
    const config = readConfig(env);
    if (!isOurs(hostname, config) || isPublicByDefault(hostname, config, env)) return notFound;
    throw error;
  } catch (failure) {
    throw forHostname(hostname, failure);
  }
}
