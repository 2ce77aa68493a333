// Verifies Signature Version 4 on the raw request: whose key, for which region and service.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A request as received. `url` is the origin form, still encoded. */
export interface AwsRequest {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** The claims of an Authorization header, not yet verified. */
export interface SignatureClaim {
  accessKeyId: string;
  /** `YYYYMMDD`. */
  date: string;
  region: string;
  service: string;
  signedHeaders: readonly string[];
  signature: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([\w-]+)\/(\d{8})\/([\w-]+)\/([\w-]+)\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/;

/** The claim of a signed request; undefined if there is none. */
export function readSignature(headers: IncomingHttpHeaders): SignatureClaim | undefined {
  const match = AUTHORIZATION.exec(headers.authorization ?? '');
  if (match === null) return undefined;
  const [, accessKeyId = '', date = '', region = '', service = '', names = '', signature = ''] = match;
  return { accessKeyId, date, region, service, signedHeaders: names.split(';'), signature };
}

/** Whether the request was signed as claimed, with this secret, date, host and session token. */
export function signatureMatches(
  request: AwsRequest,
  claim: SignatureClaim,
  secretAccessKey: string,
): boolean {
  const mustSign = ['host', 'x-amz-date', 'x-amz-security-token'].filter((name) => name in request.headers);
  if (!mustSign.every((name) => claim.signedHeaders.includes(name))) return false;
  const scope = [claim.date, claim.region, claim.service, 'aws4_request'];
  const stringToSign = [
    'AWS4-HMAC-SHA256',
    header(request, 'x-amz-date'),
    scope.join('/'),
    sha256(canonicalRequest(request, claim.signedHeaders)),
  ].join('\n');
  const key = scope.reduce<string | Buffer>((parent, part) => hmac(parent, part), `AWS4${secretAccessKey}`);
  return hmac(key, stringToSign).toString('hex') === claim.signature;
}

/** The time of signing in epoch milliseconds; NaN if X-Amz-Date is missing or malformed. */
export function signingTime({ headers }: AwsRequest): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(headers['x-amz-date']));
  if (match === null) return Number.NaN;
  const [, year, month, day, hour, minute, second] = match;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** `YYYYMMDDTHHMMSSZ`, as in X-Amz-Date and AWS's messages. */
export function amzDate(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
}

function canonicalRequest(request: AwsRequest, signedHeaders: readonly string[]): string {
  const { pathname, searchParams } = new URL(request.url, 'http://fake.invalid');
  const query = [...searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  return [
    request.method,
    pathname.split('/').map(encode).join('/'),
    query,
    ...signedHeaders.map((name) => `${name}:${header(request, name).trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    sha256(request.body),
  ].join('\n');
}

function header({ headers }: AwsRequest, name: string): string {
  return [headers[name] ?? ''].flat().join(',');
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
