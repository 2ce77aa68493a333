// What a profile is, for people: where its credentials come from, and whether they are there; or why it is of no use.

import { XacctError } from '../errors.ts';
import { type Command, command } from '../hint.ts';
import { type Chain, profileChain } from '../identity/profile-chain.ts';
import type { Source } from '../identity/source.ts';
import type { Environment } from '../invocation.ts';
import type { Profiles } from '../profiles/profiles.ts';
import { loginFile, ssoFile } from '../profiles/session-file.ts';
import { loginState, RENEWED, type SessionState, ssoState } from '../profiles/session-state.ts';

/** What a profile waits for: the file that the command writes, which may serve other profiles, too. */
export interface AwaitedSignIn {
  file: string;
  run: Command;
}

/** Of one that is of no use, the error says why. */
export type ProfileState =
  | { text: string; signIn?: AwaitedSignIn; fault?: undefined }
  | { text?: undefined; fault: XacctError };

/**
 * As in `SSO, signed in until 14:32` or `role by dev (access key), needs an MFA code`. Undefined for a profile that
 * says nothing of credentials. `now` is in epoch milliseconds.
 */
export function profileState(
  profiles: Profiles,
  name: string,
  env: Environment,
  now: number,
): ProfileState | undefined {
  try {
    return stateOf(profileChain(profiles, name, { env, ambient: 'none' }), env, now);
  } catch (error) {
    if (!(error instanceof XacctError)) throw error;
    const settings = profiles.profile(name) ?? {};
    const isBegun = BEGUN.some((setting) => settings[setting] !== undefined);
    if (error.code !== 'profile-empty' || settings.role_arn !== undefined) return { fault: error };
    return isBegun ? { fault: halfWritten(profiles, name) } : undefined;
  }
}

/** What is begun with one of these is no profile for a region alone. */
const BEGUN = [
  'sso_session',
  'sso_start_url',
  'sso_region',
  'source_profile',
  'credential_source',
  'mfa_serial',
  'aws_secret_access_key',
];

function halfWritten(profiles: Profiles, name: string): XacctError {
  const settings = profiles.profile(name) ?? {};
  const isSso = (settings.sso_session ?? settings.sso_start_url ?? settings.sso_region) !== undefined;
  const isRole = (settings.source_profile ?? settings.credential_source ?? settings.mfa_serial) !== undefined;
  const missing = isSso ? 'sso_account_id' : isRole ? 'role_arn' : 'aws_access_key_id';
  const message = `profile ${name} is half-written: there is no ${missing} (${profiles.where(name)})`;
  const run = isSso
    ? command`aws configure sso --profile ${name}`
    : isRole
      ? command`aws configure set role_arn ARN --profile ${name}`
      : command`aws configure --profile ${name}`;
  return new XacctError('profile-incomplete', message, { hint: { run } });
}

function stateOf({ links, source, roles }: Chain, env: Environment, now: number): ProfileState {
  const { what, session } = sourceText(source, env, now);
  const state = session && stateText(session, now);
  const isSignedIn = session === undefined || session.state === 'signed in';
  const [, ...sources] = links;
  const by = sources.length === 0 ? what : `${sources.map(({ name }) => name).join(', ')} (${what})`;
  const kind = roles.length === 0 ? what : `role by ${by}`;
  const mfa = roles.some(({ mfa_serial }) => mfa_serial) ? 'needs an MFA code' : undefined;
  const text = [kind, state, mfa].filter((part) => part !== undefined).join(', ');
  const signIn = isSignedIn ? undefined : signInTo(source, env);
  return { text, ...(signIn && { signIn }) };
}

function signInTo(source: Source, env: Environment): AwaitedSignIn | undefined {
  if (source.kind === 'sso') {
    return { file: ssoFile(source, env), run: command`aws sso login --profile ${source.profile}` };
  }
  if (source.kind !== 'login') return undefined;
  return { file: loginFile(source.login_session, env), run: command`aws login --profile ${source.profile}` };
}

/** The kind, and the state where one can be seen without asking AWS. */
function sourceText(source: Source, env: Environment, now: number): { what: string; session?: SessionState } {
  switch (source.kind) {
    case 'static':
      return { what: 'access key' };
    case 'process':
      return { what: 'credential_process' };
    case 'web-identity':
      return { what: 'web identity token' };
    case 'sso':
      return { what: 'SSO', session: ssoState(source, { env, now }) };
    case 'login':
      return { what: 'aws login', session: loginState(source.login_session, { env, now }) };
    case 'environment':
      return { what: "the environment's access key" };
    case 'container':
      return { what: "the container's role" };
    case 'instance':
      return { what: "the EC2 instance's role" };
  }
}

function stateText(session: SessionState, now: number): string {
  if (session.state !== 'signed in') return session.state;
  return session.leftMs > 0 ? `signed in until ${timeText(session.expiresAt, now)}` : `signed in, ${RENEWED}`;
}

/** By this machine's time zone; with the day where it is not today. */
function timeText(time: number, now: number): string {
  const [then, today] = [new Date(time), new Date(now)];
  const two = (number: number) => `${number}`.padStart(2, '0');
  const clock = `${two(then.getHours())}:${two(then.getMinutes())}`;
  if (then.toDateString() === today.toDateString()) return clock;
  return `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())} ${clock}`;
}
