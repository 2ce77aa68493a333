// The messages between the kubelet and a credential-provider plugin, read strictly and written for the kubelet.
// Source: https://kubernetes.io/docs/reference/config-api/kubelet-credentialprovider.v1/
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { isRecord } from '../is-record.ts';
import type { Token } from '../questions.ts';
import { kubernetesDuration } from './cache-duration.ts';

export const API_VERSION = 'credentialprovider.kubelet.k8s.io/v1';

export interface ProviderRequest {
  /** As the pod names it, with the kubelet's additions: `HOST/repository:tag`. */
  image: string;
  /** Present if the kubelet's config has tokenAttributes. */
  serviceAccountToken: string | undefined;
  serviceAccountAnnotations: Readonly<Record<string, string>>;
}

/**
 * @throws XacctError `protocol` if it is not a CredentialProviderRequest of the version that this plugin supports.
 * Unknown members are ignored: a later kubelet may send more.
 */
export function readRequest(input: string): ProviderRequest {
  const { apiVersion, kind, image, serviceAccountToken, serviceAccountAnnotations = {} } = parsed(input);
  if (kind !== 'CredentialProviderRequest') throw noRequest(`its kind is ${shown(kind)}`);
  if (apiVersion !== API_VERSION) throw otherVersion(apiVersion);
  if (typeof image !== 'string' || image === '') throw noRequest('it names no image');
  if (serviceAccountToken !== undefined && typeof serviceAccountToken !== 'string') {
    throw noRequest('its serviceAccountToken is not a string');
  }
  if (!isOfTexts(serviceAccountAnnotations)) throw noRequest('its serviceAccountAnnotations are not strings');
  return { image, serviceAccountToken: serviceAccountToken || undefined, serviceAccountAnnotations };
}

/**
 * The credential for every image in the registry. Without a `token` it has none: the kubelet then pulls without one.
 */
export function writeResponse(
  hostname: string,
  token: Pick<Token, 'username' | 'password'> | undefined,
  cacheMs: number,
): string {
  const { username, password } = token ?? {};
  const response = {
    apiVersion: API_VERSION,
    kind: 'CredentialProviderResponse',
    cacheKeyType: 'Registry',
    cacheDuration: kubernetesDuration(cacheMs),
    auth: token === undefined ? {} : { [hostname]: { username, password } },
  };
  return `${JSON.stringify(response)}\n`;
}

/** The kubelet's request, for tools that act as the kubelet. The kubelet sends the image without its tag. */
export function writeRequest({
  image,
  serviceAccountToken,
  serviceAccountAnnotations,
}: ProviderRequest): string {
  const pod = serviceAccountToken === undefined ? {} : { serviceAccountToken, serviceAccountAnnotations };
  return JSON.stringify({ apiVersion: API_VERSION, kind: 'CredentialProviderRequest', image, ...pod });
}

/**
 * The credential for the registry, chosen as the kubelet does; undefined if there is none.
 * @throws XacctError `protocol`, without a secret.
 */
export function readResponse(
  output: string,
  hostname: string,
): { username: string; password: string; cacheDuration: string } | undefined {
  const { apiVersion, kind, auth, cacheDuration } = parsed(output, noResponse);
  if (kind !== 'CredentialProviderResponse') throw noResponse(`its kind is ${shown(kind)}`);
  if (apiVersion !== API_VERSION) throw noResponse(`its apiVersion is ${shown(apiVersion)}`);
  const found = isRecord(auth) ? auth[hostname] : undefined;
  if (found === undefined) return undefined;
  const { username, password } = isRecord(found) ? found : {};
  if (typeof username !== 'string' || typeof password !== 'string') throw noResponse('it has no password');
  return { username, password, cacheDuration: shown(cacheDuration) };
}

function parsed(
  input: string,
  refused: (why: string) => XacctError = noRequest,
): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(input);
  } catch {
    // The parser's message would quote the input, and with it the token.
    throw refused(input.trim() === '' ? 'it is empty' : 'it is not JSON');
  }
  if (!isRecord(value) || Array.isArray(value)) throw refused('it is not a JSON object');
  return value;
}

function isOfTexts(value: unknown): value is Readonly<Record<string, string>> {
  return (
    isRecord(value) && !Array.isArray(value) && Object.values(value).every((text) => typeof text === 'string')
  );
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 100) : 'missing';
}

function noRequest(why: string): XacctError {
  return new XacctError('protocol', `stdin is not a CredentialProviderRequest: ${why}`, {
    hint: {
      say: 'the kubelet runs this program; to try it by hand',
      run: command`ecr-xacct doctor --for kubelet IMAGE`,
    },
  });
}

function otherVersion(apiVersion: unknown): XacctError {
  return new XacctError(
    'protocol',
    `the kubelet asks in apiVersion ${shown(apiVersion)}, and this plugin speaks ${API_VERSION}`,
    {
      hint: {
        say: `write apiVersion: ${API_VERSION} for it in the kubelet's config:`,
        run: command`ecr-xacct kubelet config`,
      },
    },
  );
}

function noResponse(why: string): XacctError {
  return new XacctError('protocol', `the plugin's answer is not a CredentialProviderResponse: ${why}`);
}
