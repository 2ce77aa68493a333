// A root for programs of another processor: Debian's libraries for it, and an emulator that the kernel starts for
// them.
import { peer } from '../peers.ts';
import { type EnteredRoot, enterRoot } from './entered-root.ts';

/**
 * The first bytes of an ELF file for AArch64, and which of them count: from qemu's scripts/qemu-binfmt-conf.sh. `F`:
 * the kernel opens the emulator now, outside of the root.
 */
const FORMAT = [
  '\\x7fELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\xb7\\x00',
  '\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff',
].join(':');

/**
 * The emulator finds its libraries in the root: those of Debian's cross compiler are beside this machine's. A folder is
 * bound with all mounts below it, because the kernel shows a user namespace nothing that such a mount hides.
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

/** A new one. Needs `binfmt`, `namespaces`, `qemu-aarch64` and `musl-arm64`. */
export function enterArm64Root(): Promise<EnteredRoot> {
  return enterRoot({ mount: MOUNT, args: [FORMAT, peer('qemu-aarch64')], hasOwnUsers: true });
}
