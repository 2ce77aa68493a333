// The name of an image in a registry: the registry, the repository, and the tag or digest.
import { parseServerURL } from '../../docker/server-url.ts';

export interface ImageName {
  /** Lower case. */
  hostname: string;
  repository: string;
  /** The digest if the name has a tag and a digest, as in Docker; `latest` if it has neither. */
  reference: string;
  isDigest: boolean;
}

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_{1,2}|-+)[a-z0-9]+)*';
/** Grammar: github.com/distribution/reference. */
export const REPOSITORY = `${COMPONENT}(?:/${COMPONENT})*`;
const IMAGE = new RegExp(
  `^(?<host>[^/]+)/(?<repository>${REPOSITORY})(?::(?<tag>\\w[\\w.-]{0,127}))?(?:@(?<digest>[a-z0-9]+:[0-9a-f]{32,128}))?$`,
);

/** Parses `HOST/repo/path:tag@sha256:…`. Undefined for other text: no host, no repository, or another port than 443. */
export function parseImageName(text: string): ImageName | undefined {
  const { host = '', repository, tag = 'latest', digest } = IMAGE.exec(text)?.groups ?? {};
  const hostname = parseServerURL(host)?.hostname;
  if (hostname === undefined || repository === undefined) return undefined;
  return { hostname, repository, reference: digest ?? tag, isDigest: digest !== undefined };
}

/** The image name as Docker accepts it. */
export function imageText({ hostname, repository, reference, isDigest }: ImageName): string {
  return `${hostname}/${repository}${isDigest ? '@' : ':'}${reference}`;
}
