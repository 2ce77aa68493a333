// Asks AWS as one identity, in minters of this process: first who that is, with an MFA code where one is needed.
import type { CallerIdentity, Question, Questions } from '../aws/questions.ts';
import type { Front } from '../client/answer.ts';
import { createConfigReader } from '../config/config-reader.ts';
import { XacctError } from '../errors.ts';
import { describeIdentity } from '../identity/identity.ts';
import { mfaDevice } from '../identity/mfa-device.ts';
import { createProfileReader } from '../identity/profiles.ts';
import type { Resolution } from '../identity/resolve.ts';
import { createMinters, type Minters } from '../minter/start-minter.ts';
import type { MfaProof } from '../token/mfa-session-store.ts';
import { passedEnvironment } from '../wire/environment.ts';
import { timeoutMs } from '../wire/timeout.ts';
import type { Streams } from './helper-command.ts';
import { mfaCodes } from './mfa-code.ts';

/** Somebody that AWS is asked as. */
export interface Somebody {
  caller: CallerIdentity;
  /** As in `profile images`. */
  identity: string;
  /** @throws XacctError */
  ask<Q extends Question>(question: Q, input: Questions[Q]['input']): Promise<Questions[Q]['answer']>;
}

/** How often a code is asked for. */
const MAX_CODES = 3;

/**
 * @param streams where a person may be asked for an MFA code; undefined to fail instead.
 * @param minters shared by those who are asked at once, as only so many may run.
 * @throws XacctError
 */
export async function askAs(
  resolution: Resolution,
  front: Front,
  streams: Streams | undefined,
  minters: Minters = createMinters(front.self, 0),
): Promise<Somebody> {
  const env = passedEnvironment(front.env);
  const ask = <Q extends Question>(question: Q, input: Questions[Q]['input'], mfa?: MfaProof) =>
    minters.ask({ question, input }, resolution, env, timeoutMs(env), mfa);
  const session = (mfa?: MfaProof) => ask('session', undefined, mfa);
  const { caller, mfaSession } =
    streams === undefined ? await session() : await withCode(session, resolution, env, streams);
  const proof = mfaSession && { session: mfaSession };
  return {
    caller,
    identity: describeIdentity(resolution.identity),
    ask: (question, input) => ask(question, input, proof),
  };
}

async function withCode<T>(
  attempt: (mfa?: MfaProof) => Promise<T>,
  { identity }: Resolution,
  env: Readonly<Record<string, string>>,
  streams: Streams,
): Promise<T> {
  let mfa: MfaProof | undefined;
  for (let asked = 0; ; asked += 1) {
    try {
      return await attempt(mfa);
    } catch (error) {
      const isForCode =
        error instanceof XacctError && (error.code === 'mfa-required' || error.code === 'mfa-rejected');
      if (!isForCode || asked === MAX_CODES) throw error;
      const serial = mfaDevice(identity, createProfileReader()(env), env)?.serial;
      const { mfaProcess } = createConfigReader()(env);
      const codes = mfaCodes({ serial, given: null, mfaProcess, env }, streams);
      if (mfa !== undefined && !codes.areTyped) throw error;
      mfa = { code: await codes.next(error) };
    }
  }
}
