// Temporary systems for tests: a Debian or one with musl, in which nothing was installed, or a copy of this
// machine's.
import { debianRoot, muslRoot } from '../peers.ts';
import { type EnteredRoot, enterRoot } from './entered-root.ts';

/** Changes to the root stay in memory. */
const MOUNT = `
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work"
mount -t overlay overlay -o "lowerdir=$3,upperdir=$1/upper,workdir=$1/work" "$1"
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
mount --bind "$2" "$1$2"
`;

/** A new one. Needs `debian-root` and `namespaces`. */
export function enterDebianRoot(): Promise<EnteredRoot> {
  return enterRoot({ mount: MOUNT, args: [debianRoot()] });
}

/** A new system with musl: no glibc, busybox, its own Node. Needs `musl-root` and `namespaces`. */
export function enterMuslRoot(): Promise<EnteredRoot> {
  return enterRoot({ mount: MOUNT, args: [muslRoot()] });
}

/**
 * This machine, with changes that are only in memory, for tests that need more than a bare Debian. Needs `namespaces`.
 */
export function enterMachineCopy(): Promise<EnteredRoot> {
  return enterRoot({ mount: MOUNT, args: ['/'] });
}

/** The differences of two lists of files: `+` for new ones, `-` for those that are gone. */
export function fileChanges(before: readonly string[], after: readonly string[]): string[] {
  const [had, has] = [new Set(before), new Set(after)];
  return [
    ...before.filter((path) => !has.has(path)).map((path) => `-${path}`),
    ...after.filter((path) => !had.has(path)).map((path) => `+${path}`),
  ];
}
