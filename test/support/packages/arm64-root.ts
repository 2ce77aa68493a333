// Owns a root for programs of another processor: Debian's libraries for it, and an emulator that the kernel starts them with.
import { peer } from '../peers.ts';
import { type EnteredRoot, enterRoot } from './entered-root.ts';

/**
 * How an ELF file for AArch64 begins, and which of these bytes count: qemu's own scripts/qemu-binfmt-conf.sh. `F`: the emulator is
 * opened here and now, outside of the root.
 */
const FORMAT = [
  '\\x7fELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\xb7\\x00',
  '\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff',
].join(':');

/**
 * The emulator finds its libraries in the root: those of Debian's cross compiler lie beside those of this machine. Folders are
 * bound with what is mounted below them: the kernel refuses to show a user namespace what such a mount hides.
 */
const MOUNT = `
mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
printf %s ":arm64:M::$3:$4:F" >/proc/sys/fs/binfmt_misc/register
mount -t tmpfs tmpfs "$1"
mkdir -p "$1/lib" "$1/lib64" "$1/proc" "$1/dev" "$1$2"
cp -a /usr/aarch64-linux-gnu/lib/*.so* "$1/lib"
for folder in /lib64 /lib/*-linux-gnu; do
  mkdir -p "$1$folder"
  mount --rbind "$folder" "$1$folder"
done
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
mount --rbind "$2" "$1$2"
`;

/** A fresh one. Needs `binfmt`, `namespaces`, `qemu-aarch64` and `musl-arm64`. */
export function enterArm64Root(): Promise<EnteredRoot> {
  return enterRoot({ mount: MOUNT, args: [FORMAT, peer('qemu-aarch64')], hasOwnUsers: true });
}
