// Whether an entry of matchImages matches an image, as in the kubelet: label by label, then port and path.
// Source: https://github.com/kubernetes/kubernetes/blob/v1.37.2/pkg/credentialprovider/keyring.go (URLsMatch)
import { matchesWildcard } from '../policy/wildcard.ts';

/**
 * `image` as in `HOST/repository`. A `*` matches any part of one label of the domain. A path matches as a prefix. Ports
 * must be equal; an entry without a port matches only an image without one.
 */
export function matchesImage(pattern: string, image: string): boolean {
  const [wanted, asked] = [partsOf(pattern), partsOf(image)];
  return (
    wanted.port === asked.port &&
    wanted.labels.length === asked.labels.length &&
    asked.path.startsWith(wanted.path) &&
    asked.labels.every((label, index) => matchesWildcard(label, wanted.labels[index] ?? ''))
  );
}

function partsOf(text: string): { labels: string[]; port: string; path: string } {
  const slash = text.indexOf('/');
  const authority = slash < 0 ? text : text.slice(0, slash);
  const [domain = '', port = ''] = authority.split(':');
  return { labels: domain.split('.'), port, path: slash < 0 ? '' : text.slice(slash) };
}
