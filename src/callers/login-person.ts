// Logs a person in: an SSO login or an MFA code if needed, then a token into the daemon's memory.
import { join } from 'node:path';
import { clockGapText, expiredOnArrivalText, setClock } from '../aws-clock.ts';
import { askForPeople } from '../client/ask-for-people.ts';
import { noDaemonOnWindows } from '../client/no-daemon.ts';
import { isAnswered, noDaemon } from '../client/reach-daemon.ts';
import { createConfigReader } from '../config/config-reader.ts';
import { printable, XacctError } from '../errors.ts';
import type { LoggedIn, LoginRequest } from '../helper/login.ts';
import { type Command, command, hintText } from '../hint.ts';
import { chainOf } from '../identity/chain.ts';
import { type CallerWorld, describeIdentity, type Identity, profileInForce } from '../identity/identity.ts';
import { mfaDevice } from '../identity/mfa-device.ts';
import { refuseMistyped } from '../identity/profile-failure.ts';
import { chooseIdentity, resolutionInput } from '../identity/resolve.ts';
import type { Invocation, Run } from '../invocation.ts';
import { refuseForeign } from '../os/foreign-folder.ts';
import { homeFolder } from '../os/home-folder.ts';
import { hasPrivatePaths } from '../profiles/aws-files.ts';
import { createProfileReader, type Profiles } from '../profiles/profiles.ts';
import { durationText } from '../terminal/duration-text.ts';
import { isDaemonOff } from '../wire/daemon-variables.ts';
import { awsLogin, type CliSession } from './aws-login.ts';
import { mfaCodes, withMfaCodes } from './mfa-code.ts';

export interface LoginOptions {
  profile?: string;
  mfaCode?: string;
  sso?: boolean;
}

/** @param hostname undefined to log in as the profile, or as the shell's identity. @throws XacctError */
export async function loginPerson(
  hostname: string | undefined,
  { profile: named, mfaCode, sso }: LoginOptions,
  run: Run,
): Promise<void> {
  const { invocation, streams } = run;
  const { env } = invocation;
  const ofShell = hostname === undefined ? (profileInForce(env) ?? 'default') : undefined;
  refuseWithoutDaemon(invocation, named ?? ofShell);
  const asked: LoginRequest = { hostname, profile: named ?? ofShell };
  const config = createConfigReader()(env);
  const profiles = createProfileReader()(env);
  const identities = candidates(asked, { config, profiles, env });
  const words = (profile = named) =>
    command`ecr-xacct login ${[hostname ?? [], profile === undefined ? [] : ['--profile', profile]].flat()}`;
  refuseMistyped(named, profiles, words);
  if (sso) {
    const session = sessionOf(identities, profiles, env);
    refuseForeignCache(session, env, [...words(), '--sso']);
    await awsLogin(session, run);
  }
  const { mfaProcess } = config;
  const serial = serialOf(identities, { config, profiles, env });
  const withCode = [...words(), '--mfa-code', 'CODE'];
  const codes = mfaCodes({ serial, given: mfaCode, withCode, mfaProcess, env }, streams);
  const done = await withMfaCodes(
    (code) => login(invocation, { ...asked, code }),
    mfaCode,
    () => codes,
  );
  streams.stdout.write(doneText(done));
}

/** The AWS CLI keeps a session in a file that only its own user may read. @throws XacctError `file-access` */
function refuseForeignCache({ kind }: CliSession, env: Invocation['env'], words: Command): void {
  const home = homeFolder(env) ?? '/';
  const cache = (kind === 'login' && env.AWS_LOGIN_CACHE_DIRECTORY) || join(home, '.aws', kind, 'cache');
  refuseForeign([{ path: join(cache, 'session.json') }], home, words);
}

/** The daemon keeps the token, so a login needs the daemon. */
function refuseWithoutDaemon({ env, uid }: Invocation, profile: string | undefined): void {
  if (uid === undefined) {
    throw noDaemonOnWindows({
      say: 'with SSO',
      run: command`aws sso login ${profile === undefined ? [] : ['--profile', profile]}`,
      next: { say: 'with MFA, use a profile whose credential_process asks for the code' },
    });
  }
  if (isDaemonOff(env)) {
    throw new XacctError('usage', 'no daemon can keep a token: ECR_XACCT_DAEMON is off', {
      hint: { run: command`unset ECR_XACCT_DAEMON` },
    });
  }
  if (hasPrivatePaths(env)) {
    throw new XacctError('usage', 'a path in the environment is relative, which the daemon cannot follow', {
      hint: {
        say: 'check:',
        run: command`env | grep -E "^(HOME|AWS_.*_FILE|AWS_CA_BUNDLE|REQUESTS_CA_BUNDLE|SSL_CERT_FILE|NODE_EXTRA_CA_CERTS)="`,
      },
    });
  }
}

async function login(invocation: Invocation, request: LoginRequest): Promise<LoggedIn> {
  const { hostname, profile } = request;
  const what = ['Getting a token', hostname && `for ${hostname}`, profile && `as profile ${profile}`];
  const text = what.filter(Boolean).join(' ');
  const done = await askForPeople<LoggedIn>(invocation, 'login', request, true, text);
  if (!isAnswered(done)) throw noDaemon('to keep a token', done);
  return done;
}

function candidates({ hostname, profile }: LoginRequest, { config, profiles, env }: CallerWorld): Identity[] {
  if (profile !== undefined) return [{ kind: 'profile', profile }];
  const input = resolutionInput(hostname ?? '', config, profiles, env);
  if (input === undefined) {
    throw new XacctError('usage', `${hostname}: neither an ECR hostname nor in the config`, {
      hint: { say: 'for other registries', run: command`docker login` },
    });
  }
  return chooseIdentity(hostname ?? '', input).resolutions.map(({ identity }) => identity);
}

/** The device of the first identity that needs a code. */
function serialOf(identities: readonly Identity[], world: CallerWorld): string | undefined {
  return firstOf(identities, (identity) => mfaDevice(identity, world)?.serial);
}

/** The session of the first identity whose credentials start with one that the AWS CLI can start. */
function sessionOf(identities: readonly Identity[], profiles: Profiles, env: Invocation['env']): CliSession {
  const session = firstOf(identities, (identity): CliSession | undefined => {
    const { source } = chainOf(identity, profiles, env);
    return source.kind === 'sso' || source.kind === 'login' ? source : undefined;
  });
  if (session !== undefined) return session;
  const [first] = identities;
  const what = first === undefined ? 'there is' : `${describeIdentity(first)} has`;
  throw new XacctError('usage', `${what} no SSO session to log in to`, {
    hint: {
      say: 'omit --sso, or name an SSO profile:',
      run: command`ecr-xacct login --sso --profile NAME`,
    },
  });
}

/** The first result. If there are several identities, a broken profile is skipped, as in a pull. */
function firstOf<T>(
  identities: readonly Identity[],
  look: (identity: Identity) => T | undefined,
): T | undefined {
  for (const identity of identities) {
    try {
      const found = look(identity);
      if (found !== undefined) return found;
    } catch (error) {
      if (!(error instanceof XacctError) || identities.length === 1) throw error;
    }
  }
  return undefined;
}

function lifeLines(who: string, left: string): string[] {
  const lasts = `its token lasts ${left}.`;
  const line = `${who} ${lasts}`;
  return line.length <= 80 ? [line] : [who, lasts];
}

function doneText(done: LoggedIn): string {
  const { hostname, identity, expiresAt, leftMs, shortBecause, mfaSession, clockGap } = done;
  const lines = [`Logged in to ${printable(hostname)}`];
  if (leftMs > 0) lines.push(...lifeLines(`as ${printable(identity)};`, durationText(leftMs)));
  else {
    const expired = expiredOnArrivalText({ expiresAt, awsNow: expiresAt - leftMs });
    lines.push(`as ${printable(identity)}.`, `Its token ${expired}.`);
  }
  if (shortBecause !== undefined)
    lines.push("Shorter than ECR's usual 12 h:", `  ${printable(shortBecause)}.`);
  if (mfaSession !== undefined) {
    lines.push(
      `The MFA session of ${printable(mfaSession.serial)}`,
      `serves every role behind the same keys for ${durationText(mfaSession.leftMs)}.`,
    );
  }
  if (clockGap !== undefined) lines.push(`Note: ${clockGapText(clockGap)}.`, `  ${hintText(setClock())}`);
  return `${lines.join('\n')}\n`;
}
