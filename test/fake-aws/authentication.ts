// Finds the signer of a request: enforces SigV4 as AWS does, with each service's own error names.
import { AwsError } from './aws-error.ts';
import type { CommonFailure, Protocol } from './protocol.ts';
import type { AwsRequest, SignatureClaim } from './signature.ts';
import { amzDate, signatureMatches, signingTime } from './signature.ts';
import type { Caller, World } from './world.ts';

const MAX_SKEW_MINUTES = 5;

/** The caller of a signature. Throws an `AwsError` with the names of the service's protocol. */
export function authenticate(
  world: World,
  request: AwsRequest,
  claim: SignatureClaim | undefined,
  service: { name: string; protocol: Protocol },
): Caller {
  const fail = (failure: CommonFailure, message: string) =>
    new AwsError(...service.protocol.failures[failure], message);

  if (claim === undefined) throw fail('missing-authentication', 'Missing Authentication Token');
  const credentials = world.credentials(claim.accessKeyId);
  const sentToken = request.headers['x-amz-security-token'];
  if (credentials === undefined || credentials.session?.token !== sentToken) {
    throw fail('unknown-key', 'The security token included in the request is invalid.');
  }
  if (credentials.session !== undefined && credentials.session.expiresAt <= world.now()) {
    throw fail('expired-token', 'The security token included in the request is expired');
  }
  const skew = skewMessage(signingTime(request), world.now());
  if (skew !== undefined) throw fail('bad-signature', skew);
  if (claim.service !== service.name) {
    throw fail('bad-signature', `Credential should be scoped to correct service: '${service.name}'.`);
  }
  if (!signatureMatches(request, claim, credentials.secretAccessKey)) {
    throw fail(
      'bad-signature',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret' +
        ' Access Key and signing method. Consult the service documentation for details.',
    );
  }
  return credentials.caller;
}

function skewMessage(signedAt: number, now: number): string | undefined {
  if (Number.isNaN(signedAt)) return "Authorization header requires existence of a 'X-Amz-Date' header.";
  const margin = MAX_SKEW_MINUTES * 60_000;
  const [signed, current] = [amzDate(signedAt), amzDate(now)];
  if (signedAt < now - margin) {
    const limit = amzDate(now - margin);
    return `Signature expired: ${signed} is now earlier than ${limit} (${current} - ${MAX_SKEW_MINUTES} min.)`;
  }
  if (signedAt > now + margin) {
    const limit = amzDate(now + margin);
    return `Signature not yet current: ${signed} is still later than ${limit} (${current} + ${MAX_SKEW_MINUTES} min.)`;
  }
  return undefined;
}
