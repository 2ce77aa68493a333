// Converts our config's patterns to the kubelet's matchImages, where `*` matches one label of a hostname only.
import type { Pattern } from '../config/pattern.ts';
import { ENDPOINTS, PUBLIC_REGISTRIES, suffixesOf } from '../registry/ecr-hostname.ts';

/**
 * Entries that match every hostname that the pattern covers. Kubernetes compares label by label
 * (https://kubernetes.io/docs/tasks/administer-cluster/kubelet-credential-provider/#configure-image-matching), and our
 * `*` may be several labels. So there is an entry for each possible endpoint and suffix.
 */
export function matchImages(pattern: Pattern): string[] {
  if (pattern.rank === 'exact') return [pattern.hostname];
  const { account = '*', region = '*' } = pattern;
  const isWanted = (part: string | undefined, own: string) => part === undefined || part === own;
  return ENDPOINTS.filter((endpoint) => isWanted(pattern.endpoint, endpoint)).flatMap((endpoint) =>
    suffixesOf(endpoint, pattern.region)
      .filter((suffix) => isWanted(pattern.suffix, suffix))
      .map((suffix) => `${account}.${endpoint}.${region}.${suffix}`),
  );
}

/** Each ECR registry, in every partition, and ECR Public. */
export function allImages(): string[] {
  const whole = { account: undefined, endpoint: undefined, region: undefined, suffix: undefined };
  return [...matchImages({ rank: 'wildcard', ...whole }), ...PUBLIC_REGISTRIES];
}

/** Whether both match a common hostname. */
export function isShared(one: string, other: string): boolean {
  return isMatchedWhole(one, other, (a, b) => a === b || a === '*' || b === '*');
}

/** Without the entries that another one already covers. */
export function withoutCovered(images: readonly string[]): string[] {
  const covers = (wider: string, image: string) =>
    wider !== image && isMatchedWhole(wider, image, (a, b) => a === b || a === '*');
  return [...new Set(images)].filter((image) => !images.some((wider) => covers(wider, image)));
}

function isMatchedWhole(one: string, other: string, fits: (a: string, b: string) => boolean): boolean {
  const [labels, others] = [one.split('.'), other.split('.')];
  return labels.length === others.length && labels.every((label, index) => fits(label, others[index] ?? ''));
}
