// Asks another credential helper, `docker-credential-NAME`, and turns its result into an answer or one line of error.
import { basename } from 'node:path';
import { XacctError } from '../../errors.ts';
import { command } from '../../hint.ts';
import { limitError } from '../../os/limits.ts';
import { type Answer, notFound, readCredential } from '../messages.ts';
import { FALLBACK_MARK, type FallbackRequest } from './fallback.ts';
import { findHelper } from './find-helper.ts';
import { type HelperRan, MAX_STDOUT_BYTES, runHelper } from './helper-process.ts';

/** Far more than the terminals and jobs of one user that ask at once, each with another environment. */
const MAX_AT_ONCE = 64;

/**
 * Requests that are identical to a running one share its answer, so that many parallel pulls ask for a passphrase only
 * once. This also stops a loop: a helper that drops the mark and calls us again makes the same request, and so waits
 * for itself until the timeout. If the environment changes with each call (a shell counts in SHLVL), the loop ends at
 * `MAX_AT_ONCE`.
 */
export function createFallbackHelper(): (request: FallbackRequest, timeoutMs: number) => Promise<Answer> {
  const running = new Map<string, Promise<Answer>>();
  return (request, timeoutMs) => {
    const key = JSON.stringify([request, timeoutMs]);
    const same = running.get(key);
    if (same !== undefined) return same;
    if (running.size >= MAX_AT_ONCE) return Promise.reject(tooMany(request));
    const answer = askFallbackHelper(request, timeoutMs).finally(() => {
      // An answer from before the end of a login must not serve a later request.
      if (request.action === 'store' || request.action === 'erase') running.clear();
      else if (running.get(key) === answer) running.delete(key);
    });
    running.set(key, answer);
    return answer;
  };
}

async function askFallbackHelper(request: FallbackRequest, timeoutMs: number): Promise<Answer> {
  const { action, input, env } = request;
  const program = programOf(request);
  const marked = { ...env, [FALLBACK_MARK]: '1' };
  let ran: HelperRan;
  try {
    ran = await runHelper({ program, args: [action], input, env: marked, timeoutMs });
  } catch (cause) {
    const limit = limitError(`${nameOf(program)} cannot be started`, cause);
    if (limit !== undefined) throw limit;
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no such process';
    throw failed(program, `cannot be started (${why})`, cause);
  }
  if (ran.end === 'timeout') throw timedOut(program, timeoutMs);
  if (ran.end === 'too-much') throw failed(program, `printed more than ${MAX_STDOUT_BYTES / 1024} KiB`);
  const text = textOf(ran.stdout);
  if (ran.status === 0) {
    if (text === undefined) throw failed(program, 'printed text that is not UTF-8');
    return { outcome: 'success', text };
  }
  if (text?.trim() === notFound.text) return notFound;
  throw failed(program, wordsOf(ran, request));
}

/** @throws XacctError if there is no such program. */
function programOf({ name, configFile, env }: FallbackRequest): string {
  const program = findHelper(name, env.PATH);
  if (program !== undefined && program !== 'is-ours') return program;
  const run = command`$EDITOR ${configFile ?? 'config.yaml'}`;
  if (program === 'is-ours') {
    throw new XacctError(
      'config-invalid',
      `docker-credential-${name}, the fallback_helper, is this program`,
      {
        hint: { say: 'to name another', run },
      },
    );
  }
  const where = env.PATH ? `on PATH (${env.PATH})` : 'found: PATH is not set';
  throw new XacctError('process-failed', `docker-credential-${name}, the fallback_helper, is not ${where}`, {
    hint: { say: 'install it there, or to name another', run },
  });
}

/** Unchanged, with a byte order mark; undefined if the bytes are not UTF-8. */
function textOf(stdout: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(stdout);
  } catch {
    return undefined;
  }
}

/** The error text of a failed helper: on stdout, as in the protocol. Never a secret. */
function wordsOf({ status, stdout, stderr }: HelperRan, { action, input }: FallbackRequest): string {
  const said = stdout.toString().trim() || stderr.toString().trim();
  if (said === '') return status === null ? 'was killed' : `failed without a message (exit status ${status})`;
  if (/"secret"/i.test(said)) return 'printed a credential, and failed';
  if (action !== 'store') return said;
  const { Secret } = readCredential(input);
  return Secret !== '' && said.includes(Secret) ? 'printed the secret, and failed' : said;
}

function failed(program: string, words: string, cause?: unknown): XacctError {
  return new XacctError('process-failed', `${nameOf(program)}: ${words}`, {
    hint: { say: 'to try it', run: command`${program} list` },
    cause,
  });
}

function tooMany({ name }: FallbackRequest): XacctError {
  const words = `is asked by ${MAX_AT_ONCE} at once: it may lead back to docker-credential-ecr-xacct`;
  return failed(`docker-credential-${name}`, words);
}

function timedOut(program: string, timeoutMs: number): XacctError {
  return new XacctError('timeout', `${nameOf(program)}: no answer within ${timeoutMs / 1_000} s`, {
    hint: { say: 'to see what it waits for', run: command`${program} list` },
  });
}

function nameOf(program: string): string {
  return basename(program);
}
