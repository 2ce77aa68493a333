// Describes a profile for people: the source of its credentials and their state, or why it cannot be used.

import { XacctError } from '../errors.ts';
import { type Command, command } from '../hint.ts';
import { type Chain, profileChain } from '../identity/profile-chain.ts';
import type { Source } from '../identity/source.ts';
import type { Environment } from '../invocation.ts';
import type { Profiles } from '../profiles/profiles.ts';
import { loginFile, ssoFile } from '../profiles/session-file.ts';
import { loginState, RENEWED, type SessionState, ssoState } from '../profiles/session-state.ts';

/** What a profile waits for: a session, by its file or its MFA device. Other profiles may share it. */
export interface AwaitedSignIn {
  session: string;
  /** The command that begins it; undefined for an MFA code, which `ecr-xacct login HOST` asks for. */
  run?: Command;
}

/** For a profile that cannot be used, the error says why. */
export type ProfileState =
  | { text: string; signIn?: AwaitedSignIn; fault?: undefined }
  | { text?: undefined; fault: XacctError };

/**
 * As in `SSO, signed in until 14:32` or `role by dev (access key), needs an MFA code`. Undefined for a profile without
 * settings of credentials. `now` is in epoch milliseconds.
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

/** A profile with one of these settings was meant to have credentials, and not only a region. */
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
  const device = roles.find(({ mfa_serial }) => mfa_serial)?.mfa_serial;
  const mfa = device === undefined ? undefined : 'needs an MFA code';
  const text = [kind, state, mfa].filter((part) => part !== undefined).join(', ');
  const signIn = isSignedIn ? undefined : signInTo(source, env);
  // The command that asks for the code also leads to the sign-in that comes first.
  const awaited = device === undefined ? signIn : { session: device };
  return { text, ...(awaited && { signIn: awaited }) };
}

function signInTo(source: Source, env: Environment): AwaitedSignIn | undefined {
  if (source.kind === 'sso') {
    return { session: ssoFile(source, env), run: command`aws sso login --profile ${source.profile}` };
  }
  if (source.kind !== 'login') return undefined;
  return {
    session: loginFile(source.login_session, env),
    run: command`aws login --profile ${source.profile}`,
  };
}

/** The kind of credentials, and their state if it is known without asking AWS. */
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

/** In this machine's time zone; with the date if it is not today. */
function timeText(time: number, now: number): string {
  const [then, today] = [new Date(time), new Date(now)];
  const two = (number: number) => `${number}`.padStart(2, '0');
  const clock = `${two(then.getHours())}:${two(then.getMinutes())}`;
  if (then.toDateString() === today.toDateString()) return clock;
  return `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())} ${clock}`;
}
