// What is asked of another credential helper, and the mark by which we know that it asks us back.
import type { Action, Answer } from '../messages.ts';

export interface FallbackRequest {
  /** The NAME of `docker-credential-NAME`. */
  name: string;
  /** Where the name stands, for messages. */
  configFile: string | undefined;
  action: Action;
  /** For its stdin. */
  input: string;
  /** The caller's environment: its keyring and its keys are found by that. */
  env: Readonly<Record<string, string | undefined>>;
}

/** @throws XacctError `process-failed`, `timeout`, `config-invalid`, `limit`; "not found" is an answer. */
export type AskFallback = (request: FallbackRequest) => Promise<Answer>;

/**
 * Set in the environment of a helper that we ask. Found in a request's, that helper leads back to us: it is to hear "not
 * found" and not to be asked again, and again.
 */
export const FALLBACK_MARK = 'ECR_XACCT_FALLBACK';
