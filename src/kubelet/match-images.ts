// Patterns of our config as the kubelet's matchImages, in which `*` is one label of a hostname and no more.
import type { Pattern } from '../config/pattern.ts';
import { ENDPOINTS, PUBLIC_REGISTRIES, suffixesOf } from '../registry/ecr-hostname.ts';

/**
 * What matches every hostname that the pattern covers. Kubernetes compares label by label
 * (https://kubernetes.io/docs/tasks/administer-cluster/kubelet-credential-provider/#configure-image-matching), and our `*` may be
 * several: each endpoint and each suffix that it can be is an entry.
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

/** Every registry of ECR, of whatever partition, and ECR Public. */
export function allImages(): string[] {
  const whole = { account: undefined, endpoint: undefined, region: undefined, suffix: undefined };
  return [...matchImages({ rank: 'wildcard', ...whole }), ...PUBLIC_REGISTRIES];
}

/** Whether some hostname is matched by both. */
export function isShared(one: string, other: string): boolean {
  return isMatchedWhole(one, other, (a, b) => a === b || a === '*' || b === '*');
}

/** Without what another of them matches already. */
export function withoutCovered(images: readonly string[]): string[] {
  const covers = (wider: string, image: string) =>
    wider !== image && isMatchedWhole(wider, image, (a, b) => a === b || a === '*');
  return [...new Set(images)].filter((image) => !images.some((wider) => covers(wider, image)));
}

function isMatchedWhole(one: string, other: string, fits: (a: string, b: string) => boolean): boolean {
  const [labels, others] = [one.split('.'), other.split('.')];
  return labels.length === others.length && labels.every((label, index) => fits(label, others[index] ?? ''));
}
