// Attacks with disks: the folders that the product writes to are full or read-only.
import type { Product, Ran } from '../product/product.ts';
import { HOST, type ProductStage } from '../product/stage.ts';
import { type Attack, attempted, inTurns, someOf, startAttacked } from './attacked.ts';
import { faultOf } from './rule.ts';

const AT_ONCE = 6;

/** Mounts another file system at `$folder`, with the same content; `$kept` is a temporary folder for that. */
const instead = (options: string) =>
  `cp -a "$folder" "$kept"; mount -t tmpfs -o ${options},mode=700 tmpfs "$folder"; cp -a "$kept/." "$folder"`;

const DISKS: Readonly<Record<string, string>> = {
  'read-only': 'mount --bind "$folder" "$folder"; mount -o remount,bind,ro "$folder"',
  full: `${instead('size=64k')}; dd if=/dev/zero of="$folder/fill" bs=512 status=none 2>/dev/null || :`,
  'out of inodes': `${instead('nr_inodes=14')}; n=0; while touch "$folder/fill$n" 2>/dev/null; do n=$((n+1)); done`,
};

const FOLDERS: Readonly<Record<string, (product: Product) => string>> = {
  HOME: ({ home }) => home,
  XDG_RUNTIME_DIR: ({ runtime }) => runtime,
  TMPDIR: ({ env }) => env.TMPDIR ?? '',
  'the config': ({ home }) => `${home}/.config`,
  "the AWS CLI's files": ({ home }) => `${home}/.aws`,
};

/** A daemon that starts there belongs to that namespace, and ends with it. */
const ENTER = `set -e; folder=$1; kept=$2; eval "$3"; shift 3; set +e
"$@"; status=$?
ecr-xacct daemon stop >/dev/null 2>&1
exit $status`;

function runThere(
  { product }: ProductStage,
  folder: string,
  disk: string,
  command: readonly string[],
  env: object,
): Promise<Ran> {
  const kept = `${product.folder}/kept`;
  // A copy of what the test wrote.
  product.holdsSecret(kept);
  const words = ['unshare', '--mount', 'sh', '-c', ENTER, 'sh', folder, kept, disk, ...command];
  return product.run(words, { input: HOST, env: { ...env, PATH: `${product.env.PATH}:/usr/sbin:/sbin` } });
}

const FRONTS: Readonly<Record<string, { command: readonly string[]; env: object }>> = {
  client: { command: ['docker-credential-ecr-xacct', 'get'], env: {} },
  'no daemon': { command: ['docker-credential-ecr-xacct', 'get'], env: { ECR_XACCT_DAEMON: 'off' } },
  program: { command: ['ecr-xacct', 'helper', 'get'], env: {} },
};

/** A `get` needs to write nothing, so it must succeed. */
export async function attackByDisk({ seed, count, tally }: Attack): Promise<void> {
  const kind = 'disks';
  const attacks = Object.entries(DISKS).flatMap(([how, disk]) =>
    Object.entries(FOLDERS).flatMap(([what, folderOf]) =>
      Object.entries(FRONTS).map(([front, { command, env }]) => ({
        how,
        disk,
        what,
        folderOf,
        front,
        command,
        env,
      })),
    ),
  );
  await inTurns(
    someOf(attacks, { seed, count }),
    AT_ONCE,
    async ({ how, disk, what, folderOf, front, command, env }) => {
      await using stage = await startAttacked();
      const asking = runThere(stage, folderOf(stage.product), disk, command, env);
      const fault = await attempted(asking, (ran) => faultOf('token', HOST, ran, stage.aws.issuedTokens));
      tally.count({ kind, front, number: 0, attack: `${what} is ${how}` }, fault);
    },
  );
}
