// Finds the registry in an image's name as Docker does: Docker Hub if the name contains none.

/** Docker's key of Docker Hub in config.json. https://github.com/docker/cli (cli/registry/auth.go, GetAuthConfigKey) */
export const HUB_KEY = 'https://index.docker.io/v1/';
export const HUB = 'docker.io';

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_{1,2}|-+)[a-z0-9]+)*';
const NAME = new RegExp(
  `^(?:(?<first>[A-Za-z0-9.:[\\]-]{1,255})/)?(?<path>${COMPONENT}(?:/${COMPONENT})*)(?::\\w[\\w.-]{0,127})?(?:@[a-z0-9]+:[0-9a-f]{32,128})?$`,
);
const MAX_LENGTH = 1024;

/**
 * `ghcr.io`, `localhost:5000`; `docker.io` for `alpine`, `library/alpine:3` and the like. Undefined if the text is not
 * an image's name.
 * Source: https://github.com/distribution/reference (normalize.go, splitDockerDomain).
 */
export function imageDomain(text: string): string | undefined {
  const groups = text.length > MAX_LENGTH ? undefined : NAME.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { first } = groups;
  const isDomain = first !== undefined && (/[.:A-Z]/.test(first) || first === 'localhost');
  if (!isDomain) return HUB;
  const domain = first.toLowerCase();
  return domain === 'index.docker.io' || domain === 'registry-1.docker.io' ? HUB : domain;
}
