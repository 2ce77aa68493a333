// The name of an image in a registry: which registry, which repository, which tag or digest.
import { parseServerURL } from '../../docker/server-url.ts';

export interface ImageName {
  /** Lower case. */
  hostname: string;
  repository: string;
  /** The digest, where both are named, as for Docker; `latest` where neither is. */
  reference: string;
  isDigest: boolean;
}

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_{1,2}|-+)[a-z0-9]+)*';
/** Grammar: github.com/distribution/reference. */
export const REPOSITORY = `${COMPONENT}(?:/${COMPONENT})*`;
const IMAGE = new RegExp(
  `^(?<host>[^/]+)/(?<repository>${REPOSITORY})(?::(?<tag>\\w[\\w.-]{0,127}))?(?:@(?<digest>[a-z0-9]+:[0-9a-f]{32,128}))?$`,
);

/** As in `HOST/repo/path:tag@sha256:…`. Undefined for anything else: no host, no repository, another port than 443. */
export function parseImageName(text: string): ImageName | undefined {
  const { host = '', repository, tag = 'latest', digest } = IMAGE.exec(text)?.groups ?? {};
  const hostname = parseServerURL(host)?.hostname;
  if (hostname === undefined || repository === undefined) return undefined;
  return { hostname, repository, reference: digest ?? tag, isDigest: digest !== undefined };
}

/** The image, as Docker takes it. */
export function imageText({ hostname, repository, reference, isDigest }: ImageName): string {
  return `${hostname}/${repository}${isDigest ? '@' : ':'}${reference}`;
}
