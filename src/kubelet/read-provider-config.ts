// Reads the kubelet's CredentialProviderConfig as strictly as the kubelet, which does not start with an invalid one.
// Source: https://kubernetes.io/docs/reference/config-api/kubelet-config.v1/ and
// pkg/credentialprovider/plugin/config.go
import { readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { isRecord } from '../is-record.ts';
import { readSmallFile, whyUnreadable } from '../os/small-file.ts';
import { API_VERSION } from './messages.ts';

const texts = z.array(z.string('must be a text'), 'must be a list');

/** Go's format of a duration: `12h`, `1h30m0s`. */
const DURATION = /^(?:0|(?:\d+(?:\.\d+)?(?:h|m|s|ms|us|ns))+)$/;

const tokenAttributes = z.strictObject(
  {
    serviceAccountTokenAudience: z.string('is missing').check(z.minLength(1, 'is missing')),
    cacheType: z.enum(['Token', 'ServiceAccount'], 'must be Token or ServiceAccount'),
    requireServiceAccount: z.boolean('must be true or false'),
    requiredServiceAccountAnnotationKeys: z.optional(texts),
    optionalServiceAccountAnnotationKeys: z.optional(texts),
  },
  shape('must have serviceAccountTokenAudience and more'),
);

const provider = z.strictObject(
  {
    name: z
      .string('is missing')
      .check(z.regex(/^(?!\.{1,2}$)[^/ ]+$/, 'must be the name of a file, without a folder')),
    apiVersion: z
      .string('is missing')
      .check(
        z.regex(/^credentialprovider\.kubelet\.k8s\.io\/v1(?:alpha1|beta1)?$/, `must be ${API_VERSION}`),
      ),
    matchImages: texts.check(z.minLength(1, 'must have an entry')),
    defaultCacheDuration: z
      .string('must be a duration, such as 12h')
      .check(z.regex(DURATION, 'must be a duration, such as 12h')),
    args: z.optional(z.nullable(texts)),
    env: z.optional(
      z.nullable(
        z.array(
          z.strictObject(
            { name: z.string('is missing'), value: z.string('must be a text: write it in quotes') },
            shape('must have name and value'),
          ),
          'must be a list of name and value',
        ),
      ),
    ),
    tokenAttributes: z.optional(tokenAttributes),
  },
  shape('must be a provider'),
);

const schema = z.strictObject(
  {
    apiVersion: z.string(),
    kind: z.string(),
    providers: z.array(provider, 'must be a list').check(z.minLength(1, 'must have an entry')),
  },
  shape('must be a CredentialProviderConfig'),
);

/** The message for a value of the wrong type, and for an unknown key. */
function shape(expected: string) {
  return {
    error: (issue: { code?: string | undefined; keys?: unknown }) =>
      issue.code === 'unrecognized_keys'
        ? `has ${[issue.keys].flat().join(', ')}, which the kubelet does not know`
        : expected,
  };
}

export type CredentialProvider = z.infer<typeof provider> & {
  /** The path of its file. */
  file: string;
};

const GROUP = /^kubelet\.config\.k8s\.io\/v1(?:alpha1|beta1)?$/;

/**
 * The providers of a file, or of all files of a folder, in the kubelet's order.
 * @throws XacctError `config-invalid` if the kubelet would refuse it, `file-access` with the system's error as its
 * cause.
 */
export function readProviderConfig(path: string): CredentialProvider[] {
  const providers = filesOf(path).flatMap(providersIn);
  for (const [index, { name, file }] of providers.entries()) {
    if (providers.findIndex((other) => other.name === name) < index) {
      throw refused(file, `has provider ${name} for a second time`);
    }
  }
  return providers;
}

function filesOf(path: string): string[] {
  const names = readOr(path, () => (statSync(path).isDirectory() ? readdirSync(path) : undefined));
  if (names === undefined) return [path];
  const files = names.filter((name) => ['.json', '.yaml', '.yml'].includes(extname(name))).toSorted();
  if (files.length === 0) throw refused(path, 'has no file that ends in .json, .yaml or .yml');
  return files.map((name) => join(path, name));
}

function providersIn(file: string): CredentialProvider[] {
  const value = parsed(file);
  const { apiVersion, kind } = isRecord(value) ? value : {};
  if (kind !== 'CredentialProviderConfig') {
    throw refused(file, `its kind is ${shownValue(kind)}, not CredentialProviderConfig`);
  }
  if (typeof apiVersion !== 'string' || !GROUP.test(apiVersion)) {
    throw refused(file, `its apiVersion is ${shownValue(apiVersion)}, not kubelet.config.k8s.io/v1`);
  }
  const read = schema.safeParse(value, { reportInput: false });
  if (!read.success) {
    const { issues } = read.error;
    // A mistyped key is also reported as missing: report the unknown key first.
    const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
    throw refused(file, [placeOf(issue?.path ?? []), issue?.message].join(' ').trim());
  }
  for (const one of read.data.providers) {
    const fault = faultOf(one);
    if (fault !== undefined) throw refused(file, `provider ${one.name}: ${fault}`);
  }
  return read.data.providers.map((one) => ({ ...one, file }));
}

function faultOf({ apiVersion, tokenAttributes: token }: z.infer<typeof provider>): string | undefined {
  if (token === undefined) return undefined;
  const { requiredServiceAccountAnnotationKeys: required = [], requireServiceAccount } = token;
  const { optionalServiceAccountAnnotationKeys: optional = [] } = token;
  if (apiVersion !== API_VERSION) return `tokenAttributes needs apiVersion ${API_VERSION}`;
  if (!requireServiceAccount && required.length > 0)
    return 'requiredServiceAccountAnnotationKeys needs requireServiceAccount: true';
  const both = required.find((key) => optional.includes(key));
  return both && `${both} is among the required and the optional annotation keys`;
}

function parsed(file: string): unknown {
  const text = readOr(file, () => readSmallFile(file));
  try {
    // This config needs no YAML aliases.
    return parse(text, { logLevel: 'error', maxAliasCount: 0 });
  } catch (cause) {
    const [line = ''] = cause instanceof Error ? cause.message.split('\n') : [];
    throw refused(file, `it is not YAML: ${line.replace(/:$/, '')}`);
  }
}

function readOr<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new XacctError('file-access', `${path} cannot be read: ${whyUnreadable(cause)}`, {
      hint: { run: command`ls -ld ${path}` },
      cause,
    });
  }
}

function refused(file: string, why: string): XacctError {
  return new XacctError('config-invalid', `${file}: ${why}`, { hint: { run: command`$EDITOR ${file}` } });
}

function shownValue(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 100) : 'missing';
}

/** As in `providers[0].env[1].value`. */
function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index ? '.' : ''}${String(key)}`))
    .join('');
}
