// The registry protocol as Docker uses it, to find out what a registry allows. It keeps and changes nothing.
// Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md
import type { OutgoingHttpHeaders } from 'node:http';
import { XacctError } from '../../errors.ts';
import { command } from '../../hint.ts';
import { type Invocation, waitingFor } from '../../invocation.ts';
import { authorityFile } from '../../net/authorities.ts';
import { createSecrets, environmentSecrets } from '../../secrets.ts';
import { createExchange, type ExchangeDeps, type HttpsExchange, type Reply } from './https-exchange.ts';
import { containerPlatform, imageFor, MANIFEST_TYPES, parseManifest } from './image-manifest.ts';
import { REPOSITORY } from './image-name.ts';
import { parseRefusal, type Refusal } from './registry-refusal.ts';

/** A refusal is an answer, not an error. */
export type RegistryAnswer = Refusal & { status: number };

export type ManifestAnswer = RegistryAnswer & {
  /** Present if the manifest was found and is of an image. */
  image?: Image;
};

/** Its blobs, as digests. */
export interface Image {
  config: string;
  layers: readonly string[];
  /** As in `linux/amd64`: the machine's platform if the image has several; undefined if it has only one. */
  platform: string | undefined;
}

/**
 * ECR redirects a client to S3 for a layer. S3 has its own network path and its own policies (of a VPC endpoint, say).
 */
export type BlobAnswer = { from: 'registry' | 'layer storage'; host: string } & (
  | (RegistryAnswer & { failure?: undefined })
  /** Why that host did not answer. */
  | { failure: XacctError; status?: undefined }
);

export type UploadAnswer = RegistryAnswer & {
  /** The URL of an upload that was begun, for `cancelUpload`. */
  upload?: URL;
};

/**
 * All methods throw an XacctError: `network`, `tls`, `proxy` or `timeout` if the registry cannot be reached, `protocol`
 * if the host is not a registry.
 */
export interface RegistryClient {
  ping(): Promise<RegistryAnswer>;
  /** By tag or digest. Of an index it returns the image for this machine, else the first. */
  manifest(repository: string, reference: string): Promise<ManifestAnswer>;
  /** Reads the first byte of the blob. */
  blob(repository: string, digest: string): Promise<BlobAnswer>;
  startUpload(repository: string): Promise<UploadAnswer>;
  /** ECR cannot cancel an upload, but lets it expire. */
  cancelUpload(upload: URL): Promise<void>;
}

export interface RegistryClientDeps
  extends Omit<ExchangeDeps, 'authorityFile'>,
    Pick<Invocation, 'showWait'> {
  hostname: string;
  credential: { username: string; password: string };
  /** The architecture of the machine; default: this process's. */
  arch?: NodeJS.Architecture;
}

const MAX_MANIFEST_BYTES = 4 * 1_024 * 1_024;
const MAX_REFUSAL_BYTES = 16 * 1_024;
const MAX_REDIRECTS = 3;
/** An index may refer to another index. */
const MAX_INDEXES = 2;

/** @throws XacctError `proxy` for an invalid proxy. */
export function createRegistryClient(deps: RegistryClientDeps): RegistryClient {
  const { hostname, credential, arch = process.arch } = deps;
  const exchange = createExchange({ ...deps, authorityFile: authorityFile(hostname) });
  const basic = Buffer.from(`${credential.username}:${credential.password}`).toString('base64');
  const caller: Caller = {
    root: new URL(`https://${hostname}/v2/`),
    authorization: `Basic ${basic}`,
    hide: createSecrets([credential.password, basic, ...environmentSecrets(deps.env)]).hide,
    exchange: (wanted) => waitingFor(`Asking ${wanted.url.host}`, deps, () => exchange(wanted)),
  };
  return {
    ping: async () => answerOf(await ask(caller, 'GET', caller.root), caller),
    manifest: (repository, reference) => manifest(caller, repository, reference, containerPlatform(arch)),
    blob: (repository, digest) => blob(caller, urlOf(caller, repository, `blobs/${digest}`)),
    startUpload: async (repository) => {
      const reply = await ask(caller, 'POST', urlOf(caller, repository, 'blobs/uploads/'));
      const upload = reply.status === 202 ? URL.parse(reply.headers.location ?? '', caller.root) : null;
      return { ...answerOf(reply, caller), ...(upload && { upload }) };
    },
    cancelUpload: async (upload) => {
      if (upload.origin !== caller.root.origin) return;
      await ask(caller, 'DELETE', upload).catch(() => undefined);
    },
  };
}

interface Caller {
  root: URL;
  authorization: string;
  hide: (text: string) => string;
  exchange: HttpsExchange;
}

/** A path with a valid repository and a tag or digest, so that neither leads to another path. */
const PATH = new RegExp(`^${REPOSITORY}/(?:manifests|blobs)/(?:uploads/|\\w[\\w.:+-]*)$`);

/** @throws XacctError `usage` if a repository, tag or digest is invalid. */
function urlOf({ root }: Caller, repository: string, rest: string): URL {
  const path = `${repository}/${rest}`;
  if (PATH.test(path)) return new URL(path, root);
  throw new XacctError('usage', `${path} cannot exist: it is not a valid name, tag or digest`);
}

function ask(
  { exchange, authorization }: Caller,
  method: 'GET' | 'POST' | 'DELETE',
  url: URL,
  headers: OutgoingHttpHeaders = {},
): Promise<Reply> {
  const length = method === 'POST' ? { 'content-length': 0 } : {};
  return exchange({
    method,
    url,
    headers: { authorization, ...length, ...headers },
    limit: (status) => (status < 300 ? MAX_MANIFEST_BYTES : MAX_REFUSAL_BYTES),
  });
}

function answerOf({ status, body }: Reply, { hide }: Caller): RegistryAnswer {
  return { status, ...(status < 400 ? {} : parseRefusal(body, hide)) };
}

/** Uses GET: the answer to HEAD has no body, and so no reason. */
async function manifest(
  caller: Caller,
  repository: string,
  reference: string,
  wanted: string,
): Promise<ManifestAnswer> {
  let platform: string | undefined;
  let next = reference;
  for (let indexes = 0; indexes <= MAX_INDEXES; indexes += 1) {
    const url = urlOf(caller, repository, `manifests/${next}`);
    const reply = await ask(caller, 'GET', url, { accept: MANIFEST_TYPES });
    if (reply.status !== 200) return answerOf(reply, caller);
    const found = reply.isCut ? undefined : parseManifest(reply.body);
    if (found === undefined) break;
    if (found.kind === 'image') {
      return { status: 200, image: { config: found.config, layers: found.layers, platform } };
    }
    const picked = imageFor(found.images, wanted);
    if (picked === undefined) break;
    platform = picked.platform;
    next = picked.digest;
  }
  throw new XacctError(
    'protocol',
    `what ${caller.root.host} has as ${repository}, ${reference} is not an image manifest`,
    {
      hint: {
        say: 'check:',
        run: command`docker manifest inspect ${caller.root.host}/${repository}${/:/.test(reference) ? '@' : ':'}${reference}`,
      },
    },
  );
}

async function blob(caller: Caller, first: URL): Promise<BlobAnswer> {
  let url = first;
  // After a redirect to another host, the token is never sent.
  let isTrusted = true;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const from = isTrusted ? 'registry' : 'layer storage';
    const place = { from, host: url.host } as const;
    let reply: Reply;
    try {
      reply = await firstByte(caller, url, isTrusted);
    } catch (error) {
      if (isTrusted || !(error instanceof XacctError)) throw error;
      return { ...place, failure: error };
    }
    const location = reply.status >= 300 && reply.status < 400 ? reply.headers.location : undefined;
    if (location === undefined) return { ...place, ...answerOf(reply, caller) };
    const next = URL.parse(location, url);
    if (next?.protocol !== 'https:') return { ...place, failure: notToHttps(url) };
    isTrusted &&= next.origin === caller.root.origin;
    url = next;
  }
  const failure = new XacctError('protocol', `${first.host} redirects more than ${MAX_REDIRECTS} times`);
  return { from: isTrusted ? 'registry' : 'layer storage', host: url.host, failure };
}

function firstByte({ exchange, authorization }: Caller, url: URL, isTrusted: boolean): Promise<Reply> {
  return exchange({
    method: 'GET',
    url,
    headers: { range: 'bytes=0-0', ...(isTrusted ? { authorization } : {}) },
    limit: (status) => (status < 400 ? 0 : MAX_REFUSAL_BYTES),
  });
}

function notToHttps({ host }: URL): XacctError {
  return new XacctError('protocol', `${host} redirects to a URL that is not https`);
}
