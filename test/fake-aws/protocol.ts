// AWS's wire protocols: how they write results and errors, and their names of common errors.
import type { AwsError } from './aws-error.ts';

/** Errors of every service, with the protocol's names. */
export type CommonFailure =
  | 'access-denied'
  | 'bad-signature'
  | 'expired-token'
  | 'invalid-action'
  | 'missing-authentication'
  | 'server-error'
  | 'throttled'
  | 'unknown-key';

export interface Protocol {
  contentType: string;
  failures: Readonly<Record<CommonFailure, readonly [code: string, status: number]>>;
  result(action: string, result: object, requestId: string): string;
  error(error: AwsError, requestId: string): string;
}

/** https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
export const awsJson: Protocol = {
  contentType: 'application/x-amz-json-1.1',
  failures: {
    'access-denied': ['AccessDeniedException', 400],
    'bad-signature': ['InvalidSignatureException', 400],
    'expired-token': ['ExpiredTokenException', 400],
    'invalid-action': ['UnknownOperationException', 400],
    'missing-authentication': ['MissingAuthenticationTokenException', 400],
    'server-error': ['ServerException', 500],
    throttled: ['ThrottlingException', 400],
    'unknown-key': ['UnrecognizedClientException', 400],
  },
  result: (_action, result) => JSON.stringify(result),
  error: ({ code, message, members }) => JSON.stringify({ __type: code, message, ...members }),
};

/** https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html (the error's name is also in a header). */
export const restJson: Protocol = {
  ...awsJson,
  contentType: 'application/json',
  failures: {
    ...awsJson.failures,
    'access-denied': ['ForbiddenException', 403],
    throttled: ['TooManyRequestsException', 429],
    'server-error': ['InternalServerException', 500],
  },
};

/** https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
export function awsQuery(namespace: string): Protocol {
  return {
    contentType: 'text/xml',
    failures: {
      'access-denied': ['AccessDenied', 403],
      'bad-signature': ['SignatureDoesNotMatch', 403],
      'expired-token': ['ExpiredToken', 403],
      'invalid-action': ['InvalidAction', 400],
      'missing-authentication': ['MissingAuthenticationToken', 403],
      'server-error': ['InternalFailure', 500],
      throttled: ['Throttling', 400],
      'unknown-key': ['InvalidClientTokenId', 403],
    },
    result: (action, result, requestId) =>
      `<${action}Response xmlns="${namespace}">${xml({ [`${action}Result`]: result })}` +
      `${xml({ ResponseMetadata: { RequestId: requestId } })}</${action}Response>`,
    error: ({ code, message, status }, requestId) =>
      `<ErrorResponse xmlns="${namespace}">` +
      xml({
        Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message },
        RequestId: requestId,
      }) +
      '</ErrorResponse>',
  };
}

function xml(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => `<member>${xml(item)}</member>`).join('');
  if (typeof value !== 'object' || value === null) return escapeXml(String(value));
  return Object.entries(value)
    .map(([name, child]) => `<${name}>${xml(child)}</${name}>`)
    .join('');
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"\p{Cc}]/gu, (character) => `&#${character.codePointAt(0)};`);
}
