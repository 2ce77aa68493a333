// The answer to each action of Docker's protocol, from config, identities and tokens. It uses no socket and no process.
import type { AwsClock } from '../aws-clock.ts';
import { WholeEnvironmentNeeded } from '../caller-environment.ts';
import {
  type Action,
  type Answer,
  MISSING_SERVER_URL,
  MISSING_USERNAME,
  notFound,
  readCredential,
  readServerURL,
} from '../docker/messages.ts';
import { parseServerURL, shownServerURL } from '../docker/server-url.ts';
import { errorLine, XacctError } from '../errors.ts';
import type { Environment } from '../invocation.ts';
import type { Token } from '../questions.ts';
import type { LoginStore } from '../token/login-store.ts';
import { answerWithToken, type Remember } from './answer-with-token.ts';
import type { TokenDeps } from './find-token.ts';
import { askFallback, eraseElsewhere, type ForeignDeps, listElsewhere } from './foreign-hosts.ts';
import { servedBy } from './served-by.ts';
import { asksByURI, getHeaders } from './uri-headers.ts';

export interface HelperDeps extends TokenDeps, ForeignDeps {
  logins: LoginStore;
  awsClock: Pick<AwsClock, 'gap' | 'here'>;
}

/**
 * Answers one action; `input` is the whole of stdin. A failure becomes an answer, too.
 * @throws only WholeEnvironmentNeeded: ask again with the whole environment.
 */
export type Helper = (
  action: Action,
  input: string,
  env: Environment,
  remember?: Remember,
) => Promise<Answer>;

const done: Answer = { outcome: 'success', text: '' };

export function createHelper(deps: HelperDeps): Helper {
  const answer: Helper = async (action, input, env, remember) => {
    switch (action) {
      case 'get':
        return (asksByURI(input) ? getHeaders : getCredential)(deps, input, env, remember);
      case 'store':
        return store(deps, input, env);
      case 'erase':
        return erase(deps, input, env);
      case 'list':
        return list(deps, env);
    }
  };
  return async (...asked) => {
    try {
      return await answer(...asked);
    } catch (error) {
      if (error instanceof WholeEnvironmentNeeded) throw error;
      return { outcome: 'failure', text: errorLine(error) };
    }
  };
}

/** The answer to `get`; its own failures are errors. @throws XacctError; WholeEnvironmentNeeded */
export async function getCredential(
  deps: HelperDeps,
  input: string,
  env: Environment,
  remember?: Remember,
): Promise<Answer> {
  const asked = readServerURL(input);
  if (asked === undefined) return quietly(MISSING_SERVER_URL);
  const url = parseServerURL(asked);
  const hostname = url?.scheme === 'https' ? url.hostname : undefined;
  const login = hostname === undefined || env.ECR_XACCT_PROFILE ? undefined : deps.logins.get(hostname);
  if (login !== undefined) return credential(asked, login.username, login.secret);
  const server = await servedBy(asked, env, deps.readConfig);
  if (server.by === 'fallback') return await askFallback(deps, server, asked, { action: 'get', input, env });
  if (server.by === 'none' || hostname === undefined) return notFound;
  const write = ({ username, password }: Token) => credential(asked, username, password);
  return (await answerWithToken(deps, { hostname, env, write }, remember)) ?? notFound;
}

async function store(deps: HelperDeps, input: string, env: Environment): Promise<Answer> {
  const given = readCredential(input);
  const { ServerURL, Username, Secret } = given;
  if (ServerURL.trim() === '') return quietly(MISSING_SERVER_URL);
  if (Username === '') return quietly(MISSING_USERNAME);
  const server = await servedBy(ServerURL, env, deps.readConfig);
  if (server.by === 'fallback') {
    // Serialized again, so that the other helper reads exactly what this program has checked.
    const anew = `${JSON.stringify(given)}\n`;
    return await askFallback(deps, server, ServerURL, { action: 'store', input: anew, env });
  }
  if (server.by === 'none') throw notKept(ServerURL);
  // `docker login` without a username stores the token that `get` returned. That is ours, and must stay under the
  // rules.
  if (!deps.tokens.holds(server.hostname, Secret)) {
    deps.logins.set(server.hostname, { username: Username, secret: Secret });
  }
  return done;
}

function notKept(ServerURL: string): XacctError {
  const message = `${shownServerURL(ServerURL)}: not an ECR registry and not in the config, so its login is not kept`;
  return new XacctError('protocol', message, {
    hint: {
      say: 'use this helper only for ECR registries, under "credHelpers" in Docker\'s config.json, or name one that keeps the others as fallback_helper in config.yaml',
    },
  });
}

async function erase(deps: HelperDeps, input: string, env: Environment): Promise<Answer> {
  const asked = readServerURL(input);
  if (asked === undefined) return quietly(MISSING_SERVER_URL);
  const hostname = parseServerURL(asked)?.hostname;
  if (hostname !== undefined) {
    deps.logins.erase(hostname);
    deps.tokens.evict(hostname);
  }
  return (await eraseElsewhere(deps, asked, input, env)) ?? done;
}

async function list(deps: HelperDeps, env: Environment): Promise<Answer> {
  const usernames = new Map(await listElsewhere(deps, env));
  for (const { hostnames } of deps.tokens.status()) {
    for (const hostname of hostnames) usernames.set(hostname, 'AWS');
  }
  for (const [hostname, username] of deps.logins.list()) usernames.set(hostname, username);
  return { outcome: 'success', text: `${JSON.stringify(Object.fromEntries(usernames))}\n` };
}

function credential(ServerURL: string, Username: string, Secret: string): Answer {
  return { outcome: 'success', text: `${JSON.stringify({ ServerURL, Username, Secret })}\n` };
}

function quietly(text: string): Answer {
  return { outcome: 'quiet-failure', text };
}
