// Where the token of a web identity is, and how it is named. The token itself is read when the role is assumed.
import { describeServiceAccount, type ServiceAccount } from './service-account.ts';

export type WebIdentityToken =
  | { file: string }
  /** A variable of the caller: a CI job's. */
  | { variable: string }
  /** GitHub issues one to the job for this audience. */
  | { github_audience: string }
  /** The kubelet sends it. */
  | { service_account: ServiceAccount };

/** As in `the web identity token in /var/token`. */
export function describeToken(token: WebIdentityToken): string {
  if ('file' in token) return `the web identity token in ${token.file}`;
  if ('variable' in token) return `the web identity token in ${token.variable}`;
  if ('github_audience' in token) return "the job's OIDC token of GitHub";
  return `the token of ${describeServiceAccount(token.service_account)}`;
}

/**
 * A job requests its token from GitHub with these.
 * https://docs.github.com/actions/reference/security/oidc#methods-for-requesting-the-oidc-token
 */
export const GITHUB_VARIABLES = ['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'] as const;

/** The caller's variables that decide which token it is; their values are secrets. */
export function variablesOfToken(token: WebIdentityToken): readonly string[] {
  if ('variable' in token) return [token.variable];
  return 'github_audience' in token ? GITHUB_VARIABLES : [];
}
