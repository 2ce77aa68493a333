// The kubelet's side of a CredentialProviderConfig, written independently of the product: what it accepts, and which
// images it matches. Sources: pkg/credentialprovider/keyring.go and plugin/config.go of kubernetes/kubernetes.
import assert from 'node:assert/strict';
import { parseDocument } from 'yaml';

export interface Provider {
  readonly name: string;
  readonly matchImages: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly tokenAttributes?: {
    readonly requireServiceAccount: boolean;
    readonly optionalServiceAccountAnnotationKeys: readonly string[];
    readonly [key: string]: unknown;
  };
}

const KEYS = ['name', 'matchImages', 'defaultCacheDuration', 'apiVersion', 'args', 'env', 'tokenAttributes'];
const TOKEN_KEYS = [
  ...['serviceAccountTokenAudience', 'cacheType', 'requireServiceAccount'],
  ...['requiredServiceAccountAnnotationKeys', 'optionalServiceAccountAnnotationKeys'],
];
/** An annotation's key: a DNS subdomain, a slash, and a name. */
const QUALIFIED =
  /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*\/)?[a-z0-9](?:[\w.-]{0,61}[a-z0-9])?$/;

/** Decodes and validates as strictly as the kubelet, which does not start with an invalid config. */
export function readProviders(text: string): Provider[] {
  const document = parseDocument(text);
  assert.deepEqual(document.errors, []);
  const { apiVersion, kind, providers, ...more } = document.toJS();
  assert.deepEqual([apiVersion, kind, more], ['kubelet.config.k8s.io/v1', 'CredentialProviderConfig', {}]);
  assert.ok(Array.isArray(providers) && providers.length > 0);
  for (const provider of providers) checkProvider(provider);
  assert.equal(new Set(providers.map(({ name }) => name)).size, providers.length);
  return providers;
}

function checkProvider(provider: Record<string, unknown>): void {
  assert.deepEqual(
    Object.keys(provider).filter((key) => !KEYS.includes(key)),
    [],
  );
  const { name, matchImages, defaultCacheDuration, apiVersion, env = [], tokenAttributes } = provider;
  assert.match(String(name), /^[^/ ]{3,}$/);
  assert.ok(Array.isArray(matchImages) && matchImages.length > 0);
  for (const image of matchImages) assert.match(image, /^[a-z0-9*]+(?:[.-][a-z0-9*]+)+$/);
  assert.match(String(defaultCacheDuration), /^(?:\d+h)?(?:\d+m)?\d+s$/);
  assert.equal(apiVersion, 'credentialprovider.kubelet.k8s.io/v1');
  assert.ok(Array.isArray(env));
  for (const { name: variable, value, ...more } of env) {
    assert.deepEqual([typeof variable, typeof value, more], ['string', 'string', {}]);
  }
  if (tokenAttributes === undefined) return;
  const { cacheType, requireServiceAccount, ...attributes } = Object(tokenAttributes);
  assert.deepEqual(
    Object.keys(Object(tokenAttributes)).filter((key) => !TOKEN_KEYS.includes(key)),
    [],
  );
  assert.ok(['Token', 'ServiceAccount'].includes(cacheType));
  assert.equal(typeof requireServiceAccount, 'boolean');
  assert.match(attributes.serviceAccountTokenAudience, /./);
  const required = attributes.requiredServiceAccountAnnotationKeys ?? [];
  const keys = [...required, ...(attributes.optionalServiceAccountAnnotationKeys ?? [])];
  assert.ok(requireServiceAccount || required.length === 0);
  assert.equal(new Set(keys).size, keys.length);
  for (const key of keys) assert.match(key, QUALIFIED);
}

/** The providers that the kubelet runs for an image. */
export function providersFor(image: string, providers: readonly Provider[]): Provider[] {
  return providers.filter(({ matchImages }) => matchImages.some((glob) => matchesImage(glob, image)));
}

/** Compares the port, each label, and the path as a prefix. */
export function matchesImage(glob: string, image: string): boolean {
  const [wanted, actual] = [parts(glob), parts(image)];
  return (
    wanted.port === actual.port &&
    wanted.labels.length === actual.labels.length &&
    actual.path.startsWith(wanted.path) &&
    wanted.labels.every((label, index) => matchesLabel(label, actual.labels[index] ?? ''))
  );
}

function parts(image: string): { labels: string[]; port: string; path: string } {
  const slash = image.indexOf('/');
  const authority = slash < 0 ? image : image.slice(0, slash);
  const [host = '', port = ''] = authority.split(':');
  return { labels: host.split('.'), port, path: slash < 0 ? '' : image.slice(slash) };
}

/** As filepath.Match, but only with `*`. */
function matchesLabel(glob: string, label: string): boolean {
  const [first = '', ...others] = glob.split('*');
  const last = others.pop();
  if (last === undefined) return glob === label;
  let rest = label.slice(first.length);
  if (!label.startsWith(first)) return false;
  for (const middle of others) {
    const at = rest.indexOf(middle);
    if (at < 0) return false;
    rest = rest.slice(at + middle.length);
  }
  return rest.endsWith(last);
}
