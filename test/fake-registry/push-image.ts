// Pushes a tiny image to a registry over HTTP, so that tests can pull without pushing by an engine.
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const CONFIG = 'application/vnd.docker.container.image.v1+json';
const LAYER = 'application/vnd.docker.image.rootfs.diff.tar.gzip';

export interface PushedImage {
  /** `sha256:…` of the manifest. */
  digest: string;
}

/**
 * Pushes an image with one gzip layer and one file, for this machine's platform. `repositoryUrl`:
 * `http://HOST:PORT/v2/NAME`, of a registry without authentication.
 */
export async function pushImage(
  repositoryUrl: string,
  tag: string,
  file: { name: string; content: string },
): Promise<PushedImage> {
  const tar = tarOf(file.name, Buffer.from(file.content));
  const layer = await pushBlob(repositoryUrl, LAYER, gzipSync(tar));
  const config = await pushBlob(repositoryUrl, CONFIG, Buffer.from(JSON.stringify(imageConfig(tar))));
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer] });
  const response = await fetch(`${repositoryUrl}/manifests/${tag}`, {
    method: 'PUT',
    headers: { 'content-type': MANIFEST },
    body: manifest,
  });
  if (response.status !== 201)
    throw new Error(`manifest refused: ${response.status} ${await response.text()}`);
  return { digest: digestOf(Buffer.from(manifest)) };
}

async function pushBlob(repositoryUrl: string, mediaType: string, content: Buffer<ArrayBuffer>) {
  const started = await fetch(`${repositoryUrl}/blobs/uploads/`, { method: 'POST' });
  const upload = new URL(started.headers.get('location') ?? '', repositoryUrl);
  const digest = digestOf(content);
  upload.searchParams.set('digest', digest);
  const headers = { 'content-type': 'application/octet-stream' };
  const response = await fetch(upload, { method: 'PUT', headers, body: content });
  if (response.status !== 201) throw new Error(`blob refused: ${response.status} ${await response.text()}`);
  return { mediaType, size: content.length, digest };
}

function imageConfig(tar: Buffer) {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  return {
    architecture,
    os: 'linux',
    created: '2020-01-01T00:00:00Z',
    config: { Cmd: ['/hello'] },
    rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
    history: [{ created: '2020-01-01T00:00:00Z', created_by: 'fake-registry' }],
  };
}

/** A ustar archive of one regular file. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html */
function tarOf(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, length: number) => value.toString(8).padStart(length - 1, '0');
  header.write(name, 0);
  header.write(octal(0o644, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(content.length, 12), 124);
  header.write(octal(0, 12), 136);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  // For the checksum, its own field counts as spaces.
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 7)}\0 `, 148);
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([header, content, padding, Buffer.alloc(1024)]);
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
