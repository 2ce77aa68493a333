// Mints one ECR authorization token: credentials of the identity, then GetAuthorizationToken in the registry's region.
import { errorFields, XacctError } from '../errors.ts';
import type { MfaSession, Minted } from '../questions.ts';
import { endpointVariant, requestToken } from './calls/request-token.ts';
import { type Asking, withCredentials } from './with-credentials.ts';

/** @throws XacctError with the command that mends it; never an error of the SDK. */
export async function mintToken(asking: Asking): Promise<Minted> {
  const { registry } = asking.resolution;
  let mfaSession: MfaSession | undefined;
  const onMfaSession = (session: MfaSession) => {
    mfaSession = session;
  };
  try {
    const token = await withCredentials({ ...asking, onMfaSession }, 'token', (credentials, context) => {
      const variant = endpointVariant(registry, context.endpoints);
      return requestToken(registry, credentials, { requestHandler: context.requestHandler, ...variant });
    });
    return { token, mfaSession };
  } catch (error) {
    if (mfaSession === undefined || !(error instanceof XacctError)) throw error;
    return { refusal: errorFields(error), mfaSession };
  }
}
