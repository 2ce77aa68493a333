// Parses a manifest: the blobs of one image, or the images of several platforms.
// Source: https://github.com/opencontainers/image-spec (manifest.md, image-index.md).

export type Manifest =
  | { kind: 'image'; config: string; layers: readonly string[] }
  | { kind: 'index'; images: readonly PlatformImage[] };

export interface PlatformImage {
  digest: string;
  /** As in `linux/amd64`; undefined if the index has no platform. */
  platform: string | undefined;
}

/** For the Accept header: images and image indexes, as Docker and OCI name their types. */
export const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** Undefined for anything else, such as a signature or an image from before 2016. */
export function parseManifest(text: string): Manifest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { manifests, config, layers } = recordOf(value);
  if (Array.isArray(manifests)) {
    return {
      kind: 'index',
      images: manifests.flatMap((one): PlatformImage[] => {
        const digest = digestOf(one);
        return digest === undefined ? [] : [{ digest, platform: platformOf(recordOf(one).platform) }];
      }),
    };
  }
  const configDigest = digestOf(config);
  if (configDigest === undefined || !Array.isArray(layers)) return undefined;
  const digests = layers.map(digestOf).filter((digest) => digest !== undefined);
  return digests.length === layers.length
    ? { kind: 'image', config: configDigest, layers: digests }
    : undefined;
}

/**
 * The image of the platform, else the first that is not an attestation (`unknown/unknown`); undefined if there is none.
 */
export function imageFor(images: readonly PlatformImage[], platform: string): PlatformImage | undefined {
  return (
    images.find((image) => image.platform === platform) ??
    images.find((image) => image.platform !== 'unknown/unknown')
  );
}

/** The container platform for a CPU architecture, as Node names it. */
export function containerPlatform(arch: NodeJS.Architecture): string {
  return `linux/${arch === 'x64' ? 'amd64' : arch}`;
}

function platformOf(platform: unknown): string | undefined {
  const { os, architecture } = recordOf(platform);
  return typeof os === 'string' && typeof architecture === 'string' ? `${os}/${architecture}` : undefined;
}

/** The digest becomes part of a path, so its form is checked. */
function digestOf(descriptor: unknown): string | undefined {
  const { digest } = recordOf(descriptor);
  return typeof digest === 'string' && /^[a-z0-9]+:[a-f0-9]{32,128}$/.test(digest) ? digest : undefined;
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
