// Proves MFA for a role that needs it. A code starts a session, which serves every role behind the same keys.
import type { AssumeRoleCommandInput, STSClientConfig } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { XacctError } from '../../errors.ts';
import type { MfaProof, MfaSession } from '../../questions.ts';
import type { Connection } from '../connection/connection.ts';

export interface Mfa {
  /**
   * The credentials and parameters to assume a role that needs a code (`SerialNumber` is set).
   * @throws XacctError `service`; the error of `missing`; the SDK's errors, also for a code that was not accepted.
   */
  prove(
    source: AwsCredentialIdentity,
    parameters: AssumeRoleCommandInput,
  ): Promise<{ credentials: AwsCredentialIdentity; parameters: AssumeRoleCommandInput }>;
  /** The session that the code started; undefined until then. */
  begun(): MfaSession | undefined;
  /** Whether AWS received the session of an earlier code. */
  usesSession: boolean;
}

/** As long as a token is valid. STS allows 15 minutes to 36 hours. */
const SESSION_SECONDS = 43_200;

/**
 * `missing`: makes the error for a role that needs a code when there is none. `answeredAt`: the clock that a session's
 * end is compared with.
 */
export function createMfa(
  config: STSClientConfig,
  proof: MfaProof | undefined,
  missing: (serial: string) => XacctError,
  answeredAt: Connection['answeredAt'],
): Mfa {
  let session: MfaSession | undefined;
  return {
    async prove(source, parameters) {
      const { SerialNumber, TokenCode: _, ...rest } = parameters;
      if (SerialNumber === undefined) return { credentials: source, parameters };
      if (proof === undefined) throw missing(SerialNumber);
      if ('session' in proof) return { credentials: proof.session, parameters: rest };
      // Temporary keys cannot start a session: their code works for this one role.
      if (source.sessionToken !== undefined) {
        return { credentials: source, parameters: { ...parameters, TokenCode: proof.code } };
      }
      if (session === undefined) {
        const begun = await beginSession({ ...config, credentials: source }, SerialNumber, proof.code);
        session = { ...begun, begunAt: answeredAt() };
      }
      return { credentials: session, parameters: rest };
    },
    begun: () => session,
    usesSession: proof !== undefined && 'session' in proof,
  };
}

async function beginSession(config: STSClientConfig, serial: string, code: string) {
  const { getSessionToken } = await import('../calls/sts-calls.ts');
  const input = { SerialNumber: serial, TokenCode: code, DurationSeconds: SESSION_SECONDS };
  const { expiration, ...session } = await getSessionToken(config, input);
  return { ...session, expiresAt: expiration.getTime() };
}
