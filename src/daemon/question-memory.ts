// Remembers questions: the bytes of each `get` that was answered with a token, and how to answer them from memory.
//
// A warm `get` then needs no parsing, no choice of identity and no key of the token, as long as nothing they depend on
// has changed.
import { statSync } from 'node:fs';
import { configPath, systemConfigPath } from '../config/paths.ts';
import type { Answer } from '../docker/messages.ts';
import type { Remember } from '../helper/answer-with-token.ts';
import type { Environment } from '../invocation.ts';
import { TICK_MS } from '../os/file-cache.ts';
import { awsFiles } from '../profiles/aws-files.ts';
import type { Request } from '../wire/codec.ts';
import { isSamePlace } from '../wire/place.ts';

export interface QuestionMemory {
  /** The answer to exactly these bytes; undefined if it must be worked out. */
  answer(frame: Buffer): Answer | undefined;
  /**
   * Called before a request is answered. Returns a function that remembers the answer if nothing has changed by then;
   * undefined if the answer may not be remembered.
   */
  watch(frame: Buffer, request: Request): Remember | undefined;
  /** Called when anything other than those files has changed. */
  forget(): void;
}

interface Question {
  frame: Buffer;
  env: Environment;
  files: readonly Seen[];
  again: () => Answer | undefined;
}

/** A file that an answer depends on. It need not exist. */
interface Seen {
  path: string;
  signature: string;
}

/** The limit for all questions, and for one. A `get` has a few hundred bytes. */
const MAX_BYTES = 256 * 1024;
const MAX_FRAME_BYTES = 8 * 1024;
const MAX_QUESTIONS = 256;

/** `now`: epoch milliseconds, by the clock of the file system. */
export function createQuestionMemory(now: () => number = Date.now): QuestionMemory {
  /** The most recent question is last. */
  const questions = new Set<Question>();
  let bytes = 0;
  let changes = 0;
  const drop = (question: Question) => {
    if (questions.delete(question)) bytes -= question.frame.length;
  };
  const keep = (question: Question) => {
    questions.add(question);
    bytes += question.frame.length;
    for (const oldest of questions) {
      if (bytes <= MAX_BYTES && questions.size <= MAX_QUESTIONS) break;
      drop(oldest);
    }
  };
  return {
    answer(frame) {
      for (const question of questions) {
        if (question.frame.length !== frame.length || !question.frame.equals(frame)) continue;
        drop(question);
        if (!isSamePlace(question.env) || !question.files.every(isAsSeen)) return undefined;
        const answer = question.again();
        if (answer !== undefined) keep(question);
        return answer;
      }
      return undefined;
    },
    watch(frame, { action, env }) {
      if (action !== 'get' || frame.length > MAX_FRAME_BYTES || !isHarmless(env)) return undefined;
      const files = filesOf(env, now());
      if (files === undefined) return undefined;
      const asked = Buffer.from(frame);
      const before = changes;
      return (again) => {
        if (changes !== before || !files.every(isAsSeen)) return;
        keep({ frame: asked, env, files, again });
      };
    },
    forget() {
      changes += 1;
      bytes = 0;
      questions.clear();
    },
  };
}

/** Variables whose values are not secret. The others may contain the password of a proxy or an endpoint. */
const HARMLESS =
  /^(?:@place|@files|HOME|PATH|USER|LANG|LC_\w+|TMPDIR|XDG_\w+|SSL_CERT_(?:FILE|DIR)|NODE_EXTRA_CA_CERTS|NODE_USE_SYSTEM_CA|REQUESTS_CA_BUNDLE|ECR_XACCT_(?:PROFILE|(?:SYSTEM_)?CONFIG|SOCKET|TIMEOUT|DAEMON|LOG)|AWS_(?:PROFILE|DEFAULT_PROFILE|REGION|DEFAULT_REGION|CONFIG_FILE|SHARED_CREDENTIALS_FILE|CA_BUNDLE|PAGER|SDK_LOAD_CONFIG|EC2_METADATA_DISABLED|STS_REGIONAL_ENDPOINTS|USE_FIPS_ENDPOINT|USE_DUALSTACK_ENDPOINT|DEFAULT_OUTPUT|RETRY_MODE|MAX_ATTEMPTS))$/;
const WITHOUT_PASSWORD = /^(?:(?:https?|all|no)_proxy|AWS_ENDPOINT_URL\w*)$/i;

/** Whether the question may be kept unchanged. Without HOME, the files' paths depend on other sources. */
function isHarmless(env: Environment): boolean {
  return (
    !!env.HOME &&
    Object.entries(env).every(
      ([name, value]) => HARMLESS.test(name) || (WITHOUT_PASSWORD.test(name) && !/[@?]/.test(value ?? '')),
    )
  );
}

/** Undefined if a file was written just now, or if a path cannot be resolved. */
function filesOf(env: Environment, now: number): Seen[] | undefined {
  try {
    const paths = [configPath(env) ?? '', systemConfigPath(env) ?? '', ...awsFiles(env)];
    const files = paths.map((path) => ({ path, ...lookAt(path) }));
    return files.some(({ changed }) => Math.abs(now - changed) < TICK_MS) ? undefined : files;
  } catch {
    // The reader of the file reports the error.
    return undefined;
  }
}

function isAsSeen({ path, signature }: Seen): boolean {
  return lookAt(path).signature === signature;
}

const ANY = { throwIfNoEntry: false } as const;

/** `changed`: epoch milliseconds. */
function lookAt(path: string): { signature: string; changed: number } {
  try {
    const stat = statSync(path, ANY);
    if (stat === undefined) return { signature: '', changed: 0 };
    const { dev, ino, size, mtimeMs, ctimeMs } = stat;
    return { signature: `${dev}:${ino}:${size}:${mtimeMs}:${ctimeMs}`, changed: ctimeMs };
  } catch (error) {
    return { signature: String(error), changed: 0 };
  }
}
