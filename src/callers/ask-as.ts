// Asks AWS as one identity, in minters of this process. First asks for the caller identity, with an MFA code if needed.

import { createConfigReader } from '../config/config-reader.ts';
import { describeIdentity } from '../identity/identity.ts';
import { mfaDevice } from '../identity/mfa-device.ts';
import type { Resolution } from '../identity/resolve.ts';
import { type Invocation, type Streams, waitingFor } from '../invocation.ts';
import { createMinters, type Minters } from '../minter/start-minter.ts';
import { createProfileReader } from '../profiles/profiles.ts';
import { answerOf, type CallerIdentity, type MfaProof, type Question, type Questions } from '../questions.ts';
import { timeoutMs } from '../wire/daemon-variables.ts';
import { mfaCodes, withMfaCodes } from './mfa-code.ts';

/** The service that answers each question, for the message while a person waits. */
const ANSWERED_BY: Readonly<Record<Question, string>> = {
  token: 'ECR',
  caller: 'STS',
  policies: 'ECR',
  'put-policy': 'ECR',
  'upgrade-scope': 'ECR',
  principal: 'IAM',
  simulation: 'IAM',
  'image-state': 'ECR',
};

/** An identity that can ask AWS. */
export interface AwsCaller {
  caller: CallerIdentity;
  /** As in `profile images`. */
  identity: string;
  /** The name for `--profile`, if the identity is a profile. */
  profile?: string;
  /** @throws XacctError */
  ask<Q extends Question>(question: Q, input: Questions[Q]['input']): Promise<Questions[Q]['answer']>;
}

/**
 * @param streams to ask a person for an MFA code; undefined to fail instead.
 * @param minters shared by parallel questions, because their number is limited.
 * @throws XacctError
 */
export async function askAs(
  resolution: Resolution,
  invocation: Invocation,
  streams: Streams | undefined,
  minters: Minters = createMinters(invocation.self, 0),
): Promise<AwsCaller> {
  const { env } = invocation;
  const identity = describeIdentity(resolution.identity);
  const ask = <Q extends Question>(question: Q, input: Questions[Q]['input'], mfa?: MfaProof) =>
    waitingFor(`Asking ${ANSWERED_BY[question]} as ${identity}`, invocation, () =>
      minters.ask({ question, input }, resolution, env, timeoutMs(env), mfa),
    );
  const codesFrom = (asked: Streams) => () => {
    const [config, profiles] = [createConfigReader()(env), createProfileReader()(env)];
    const serial = mfaDevice(resolution.identity, { config, profiles, env })?.serial;
    return mfaCodes({ serial, mfaProcess: config.mfaProcess, env }, asked);
  };
  const whoAmI = async (code?: string) => {
    const outcome = await ask('caller', undefined, code === undefined ? undefined : { code });
    return { caller: answerOf(outcome), mfaSession: outcome.mfaSession };
  };
  const { caller, mfaSession } =
    streams === undefined ? await whoAmI() : await withMfaCodes(whoAmI, undefined, codesFrom(streams));
  const proof = mfaSession && { session: mfaSession };
  return {
    ...(resolution.identity.kind === 'profile' && { profile: resolution.identity.profile }),
    caller,
    identity,
    ask: async (question, input) => answerOf(await ask(question, input, proof)),
  };
}
