// The messages of Docker's credential-helper protocol: the input on stdin, the output on stdout, and its fixed texts.
// Source: https://github.com/docker/docker-credential-helpers (credentials/credentials.go, credentials/error.go).
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';

export const ACTIONS = ['get', 'store', 'erase', 'list'] as const;
export type Action = (typeof ACTIONS)[number];

export function isAction(text: string | undefined): text is Action {
  return ACTIONS.some((action) => action === text);
}

/** Docker and compatible programs compare this text byte for byte, to distinguish "ask anonymously" from a failure. */
const CREDENTIALS_NOT_FOUND = 'credentials not found in native keychain';
export const MISSING_SERVER_URL = 'no credentials server URL';
export const MISSING_USERNAME = 'no credentials username';

/**
 * The answer of a helper. The text goes to stdout; for `failure` also to stderr. The exit status is 0 for `success`,
 * else 1.
 */
export interface Answer {
  outcome: 'success' | 'quiet-failure' | 'failure';
  text: string;
}

export const notFound: Answer = { outcome: 'quiet-failure', text: CREDENTIALS_NOT_FOUND };

export interface Credential {
  ServerURL: string;
  Username: string;
  Secret: string;
}

/** The server URL of `get` and `erase`: one line. Undefined if there is none. */
export function readServerURL(input: string): string | undefined {
  const line = input.replace(/\r?\n$/, '');
  return line.trim() === '' ? undefined : line;
}

/**
 * The credential of `store`. A missing field is `''`, as in Docker's own reader.
 * @throws XacctError `protocol` if it is not a JSON object of strings.
 */
export function readCredential(input: string): Credential {
  let value: unknown;
  try {
    value = JSON.parse(input);
  } catch {
    // The parser's message would quote the input with the secret.
    throw notACredential();
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notACredential();
  const { ServerURL = '', Username = '', Secret = '' } = value as Record<string, unknown>;
  if (typeof ServerURL !== 'string' || typeof Username !== 'string' || typeof Secret !== 'string') {
    throw notACredential();
  }
  if (Username.length > MAX_USERNAME) {
    throw new XacctError('protocol', `store: a user name has at most ${MAX_USERNAME} characters`, {
      hint: { run: command`docker login` },
    });
  }
  return { ServerURL, Username, Secret };
}

/** ECR's username is AWS; others are mail addresses. Every `list` contains each of them. */
const MAX_USERNAME = 1_024;

function notACredential(): XacctError {
  return new XacctError('protocol', 'store: stdin is not a JSON object with ServerURL, Username and Secret', {
    hint: { run: command`docker login` },
  });
}
