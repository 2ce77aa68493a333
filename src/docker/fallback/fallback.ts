// The request to another credential helper, and the mark that shows us when this helper calls us back.
import type { Action, Answer } from '../messages.ts';

export interface FallbackRequest {
  /** The NAME of `docker-credential-NAME`. */
  name: string;
  /** The file that contains the name, for messages. */
  configFile: string | undefined;
  action: Action;
  /** Its stdin. */
  input: string;
  /** The caller's environment, in which the helper finds its keyring and its keys. */
  env: Readonly<Record<string, string | undefined>>;
}

/** @throws XacctError `process-failed`, `timeout`, `config-invalid`, `limit`; "not found" is an answer. */
export type AskFallback = (request: FallbackRequest) => Promise<Answer>;

/**
 * Set in the environment of a helper that we ask. If a request has it, the helper has called us back: the answer is
 * then "not found", which ends the loop.
 */
export const FALLBACK_MARK = 'ECR_XACCT_FALLBACK';
