// Owns a system of its own for a test, which is gone afterwards: a Debian or one on musl, in which nothing was installed, or a
// copy of this machine's.
import { debianRoot, muslRoot } from '../peers.ts';
import { type EnteredRoot, enterRoot } from './entered-root.ts';

/** Changes are in memory. */
const MOUNT = `
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work"
mount -t overlay overlay -o "lowerdir=$3,upperdir=$1/upper,workdir=$1/work" "$1"
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
mount --bind "$2" "$1$2"
`;

/** A fresh one. Needs `debian-root` and `namespaces`. */
export function enterDebianRoot(): Promise<EnteredRoot> {
  return enterRoot({ mount: MOUNT, args: [debianRoot()] });
}

/** A fresh system that runs on musl: no glibc, busybox, a Node of its own. Needs `musl-root` and `namespaces`. */
export function enterMuslRoot(): Promise<EnteredRoot> {
  return enterRoot({ mount: MOUNT, args: [muslRoot()] });
}

/** This very machine, with changes that are in memory and gone afterwards: for what needs more than a bare Debian. Needs `namespaces`. */
export function enterMachineCopy(): Promise<EnteredRoot> {
  return enterRoot({ mount: MOUNT, args: ['/'] });
}

/** What two lists of files differ in: `+` for what came, `-` for what went. */
export function fileChanges(before: readonly string[], after: readonly string[]): string[] {
  const [had, has] = [new Set(before), new Set(after)];
  return [
    ...before.filter((path) => !has.has(path)).map((path) => `-${path}`),
    ...after.filter((path) => !had.has(path)).map((path) => `+${path}`),
  ];
}
