// A small AWS in a soak's time that replaces the minters: its answers depend on the state at that moment.
import { XacctError } from '../../../src/errors.ts';
import { command } from '../../../src/hint.ts';
import { type Identity, profileOf } from '../../../src/identity/identity.ts';
import type { Resolution } from '../../../src/identity/resolve.ts';
import type { Environment } from '../../../src/invocation.ts';
import type { Minters } from '../../../src/minter/start-minter.ts';
import type { MfaProof, MfaSession, Outcome, Token } from '../../../src/questions.ts';
import type { Random } from '../random.ts';
import {
  accountOfProfile,
  hasKeys,
  indexOfProfile,
  readAccessKey,
  type SoakIdentity,
  sessionOf,
} from './identities.ts';
import { HOUR, type MachineTime, SECOND } from './machine-time.ts';

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html */
export const TOKEN_LIFE = 12 * HOUR;
const MFA_LIFE = 12 * HOUR;
export const MFA_CODE = '123456';

/** The content of a password of this AWS. */
export interface Issued {
  identity: number;
  region: string;
  /** The revision of the keys, if the identity has keys. */
  revision: number;
  /** Epoch seconds, as ECR's. */
  expiration: number;
}

export interface SmallAws extends Minters {
  /** The keys that AWS accepts from each identity. */
  readonly keys: Map<number, number>;
  /** The end of each SSO session, by AWS's clock. */
  readonly sso: Map<number, number>;
  /** Whether AWS cannot be reached. */
  network: { isDead: boolean; cameBack: number };
  /** Whether the vault of a credential_process is locked. */
  vault: { isLocked: boolean };
  readonly counts: { minted: number; refused: number; accounts: number };
  /** Running mints. */
  underWay(): number;
  onMinted: (issued: Issued) => void;
}

export function createSmallAws(
  identities: readonly SoakIdentity[],
  time: MachineTime,
  random: Random,
): SmallAws {
  let underWay = 0;
  let sessions = 0;

  const indexOf = (identity: Identity, env: Environment): number => {
    if (identity.kind === 'environment') return readAccessKey(env.AWS_ACCESS_KEY_ID ?? '').index;
    return indexOfProfile(profileOf(identity) ?? '');
  };
  /** From the caller's environment, or from the file as it is now. */
  const revisionOf = (own: SoakIdentity, env: Environment) =>
    own.kind === 'environment' ? readAccessKey(env.AWS_ACCESS_KEY_ID ?? '').revision : own.revision;

  const refusalOf = (own: SoakIdentity, revision: number): XacctError | undefined => {
    const { kind, index, profile } = own;
    if (aws.network.isDead) return new XacctError('network', 'AWS cannot be reached (ENETUNREACH)');
    if (hasKeys(kind) && aws.keys.get(index) !== revision) {
      return new XacctError('credentials-invalid', 'AWS does not know these keys');
    }
    if (kind === 'sso' && (aws.sso.get(sessionOf(own)) ?? 0) <= time.now()) {
      return new XacctError('sso-expired', `the SSO session of profile ${profile} has ended`, {
        hint: { run: command`aws sso login --profile ${profile}` },
      });
    }
    if (kind === 'process' && aws.vault.isLocked) {
      return new XacctError(
        'process-failed',
        `profile ${profile}'s credential_process failed (exit status 1)`,
      );
    }
    return undefined;
  };

  const proved = (
    own: SoakIdentity,
    revision: number,
    mfa: MfaProof | undefined,
  ): MfaSession | XacctError | undefined => {
    if (own.kind !== 'mfa') return undefined;
    const ended = new XacctError('mfa-required', 'an MFA code is required: the session has ended');
    if (mfa === undefined) return ended;
    if ('code' in mfa) {
      if (mfa.code !== MFA_CODE) return new XacctError('mfa-rejected', 'the MFA code is wrong');
      sessions += 1;
      const begunAt = time.now();
      const sessionToken = `session ${own.index} ${revision} ${sessions}`;
      return {
        accessKeyId: 'ASIA',
        secretAccessKey: 'secret',
        sessionToken,
        begunAt,
        expiresAt: begunAt + MFA_LIFE,
      };
    }
    const { sessionToken, expiresAt } = mfa.session;
    return expiresAt > time.now() && sessionToken.startsWith(`session ${own.index} ${revision} `)
      ? undefined
      : ended;
  };

  const token = (own: SoakIdentity, region: string, revision: number): Token => {
    const awsNow = Math.floor(time.now());
    const expiration = Math.floor((awsNow + TOKEN_LIFE) / SECOND);
    const issued: Issued = { identity: own.index, region, revision, expiration };
    aws.counts.minted += 1;
    aws.onMinted(issued);
    const password = Buffer.from(JSON.stringify({ ...issued, payload: 'x'.repeat(1_600) })).toString(
      'base64',
    );
    return { username: 'AWS', password, expiresAt: expiration * SECOND, awsNow };
  };

  const asked = async <T>(answer: () => Outcome<T>): Promise<Outcome<T>> => {
    underWay += 1;
    // The answer comes a turn of the event loop later, as a process's does, and the network takes time.
    await new Promise<void>((resolve) => setImmediate(resolve));
    time.pass(random.between(50, 400));
    underWay -= 1;
    const outcome = answer();
    if (outcome.error !== undefined) aws.counts.refused += 1;
    return outcome;
  };

  const aws: SmallAws = {
    keys: new Map(identities.map(({ index, revision }) => [index, revision])),
    sso: new Map(),
    network: { isDead: false, cameBack: 0 },
    vault: { isLocked: false },
    counts: { minted: 0, refused: 0, accounts: 0 },
    underWay: () => underWay,
    onMinted: () => {},
    mint: ({ identity, registry }: Resolution, env, _timeoutMs, mfa) => {
      const own = identities[indexOf(identity, env)];
      if (own === undefined) throw new Error('a mint for no identity of this soak');
      const revision = revisionOf(own, env);
      return asked(() => {
        const error = refusalOf(own, revision);
        if (error !== undefined) return { error };
        const proof = proved(own, revision, mfa);
        if (proof instanceof XacctError) return { error: proof };
        return { answer: token(own, registry.region, revision), mfaSession: proof };
      });
    },
    whoAmI: ({ identity }, env) => {
      const profile = profileOf(identity) ?? '';
      const own = identities[indexOf(identity, env)];
      if (own === undefined) throw new Error('asked for no identity of this soak');
      const revision = revisionOf(own, env);
      return asked(() => {
        aws.counts.accounts += 1;
        const error = refusalOf(own, revision);
        if (error !== undefined) return { error };
        const account = accountOfProfile(profile);
        return { answer: { account, arn: `arn:aws:iam::${account}:user/${profile}` } };
      });
    },
    ask: () => Promise.reject(new Error('a daemon asks for tokens and accounts alone')),
    warm() {},
    close() {},
  };
  return aws;
}
