// The memory of questions: the bytes of each `get` that was answered with a token, and how to answer it again from memory.
//
// It spares a warm `get` the parsing, the ladder of precedence and the token's key, as long as nothing has changed of what these
// went by.
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
  /** What would be answered to these very bytes; undefined where that is to be found out. */
  answer(frame: Buffer): Answer | undefined;
  /** Before a request is answered: returns what may remember the answer, if nothing has changed by then. Undefined where it may not. */
  watch(frame: Buffer, request: Request): Remember | undefined;
  /** Something else than those files has changed. */
  forget(): void;
}

interface Question {
  frame: Buffer;
  env: Environment;
  files: readonly Seen[];
  again: () => Answer | undefined;
}

/** A file that an answer goes by, there or not. */
interface Seen {
  path: string;
  signature: string;
}

/** All that is remembered, and one question: a `get` has some hundred bytes. */
const MAX_BYTES = 256 * 1024;
const MAX_FRAME_BYTES = 8 * 1024;
const MAX_QUESTIONS = 256;

/** `now`: epoch milliseconds, by the clock of the file system. */
export function createQuestionMemory(now: () => number = Date.now): QuestionMemory {
  /** The one that was asked last comes last. */
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

/** Variables whose values are no secret. Of the others, those of which a proxy or an endpoint with a password may be. */
const HARMLESS =
  /^(?:@place|@files|HOME|PATH|USER|LANG|LC_\w+|TMPDIR|XDG_\w+|SSL_CERT_(?:FILE|DIR)|NODE_EXTRA_CA_CERTS|NODE_USE_SYSTEM_CA|REQUESTS_CA_BUNDLE|ECR_XACCT_(?:PROFILE|(?:SYSTEM_)?CONFIG|SOCKET|TIMEOUT|DAEMON|LOG)|AWS_(?:PROFILE|DEFAULT_PROFILE|REGION|DEFAULT_REGION|CONFIG_FILE|SHARED_CREDENTIALS_FILE|CA_BUNDLE|PAGER|SDK_LOAD_CONFIG|EC2_METADATA_DISABLED|STS_REGIONAL_ENDPOINTS|USE_FIPS_ENDPOINT|USE_DUALSTACK_ENDPOINT|DEFAULT_OUTPUT|RETRY_MODE|MAX_ATTEMPTS))$/;
const WITHOUT_PASSWORD = /^(?:(?:https?|all|no)_proxy|AWS_ENDPOINT_URL\w*)$/i;

/** Whether the question may be kept as it is. Without HOME, others say where the files are. */
function isHarmless(env: Environment): boolean {
  return (
    !!env.HOME &&
    Object.entries(env).every(
      ([name, value]) => HARMLESS.test(name) || (WITHOUT_PASSWORD.test(name) && !/[@?]/.test(value ?? '')),
    )
  );
}

/** Undefined where one was written just now, or a path cannot be followed. */
function filesOf(env: Environment, now: number): Seen[] | undefined {
  try {
    const paths = [configPath(env) ?? '', systemConfigPath(env) ?? '', ...awsFiles(env)];
    const files = paths.map((path) => ({ path, ...lookAt(path) }));
    return files.some(({ changed }) => Math.abs(now - changed) < TICK_MS) ? undefined : files;
  } catch {
    // What is wrong with it is told by who reads it.
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
