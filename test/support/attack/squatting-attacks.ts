// Attacks on paths: another user has put something where the daemon's socket or its folder belongs.
import { chmod, chown, lstat, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { USER } from '../onlooker.ts';
import { HOST, type ProductStage } from '../product/stage.ts';
import { type Random, randomOf } from '../random.ts';
import { type Attack, attempted, inTurns, someOf, startAttacked } from './attacked.ts';
import { faultOf } from './rule.ts';
import { EVIL_SECRET, type Listener, letThrough, strangerListens } from './stranger.ts';

/** One round of these for this many attacks of each class at the socket. */
const ROUND = 1_000;
const AT_ONCE = 6;

/** Puts something there; the stranger may listen. */
type Squatting = (stage: ProductStage, random: Random) => Promise<Listener | undefined>;

async function strangersFolder(path: string): Promise<string> {
  await mkdir(path, { mode: 0o700 });
  await chown(path, USER, USER);
  return path;
}

/** The stranger listens at the user's path, in a folder that is the stranger's for that moment. */
async function listenIn(folder: string): Promise<Listener> {
  await strangersFolder(folder);
  return strangerListens(join(folder, 'daemon.sock'));
}

async function backToUser(folder: string, mode: number): Promise<void> {
  const { uid, gid } = await lstat(dirname(folder));
  await chown(folder, uid, gid);
  await chmod(folder, mode);
}

const MODES = [0o701, 0o710, 0o720, 0o722, 0o733, 0o750, 0o755, 0o770, 0o777, 0o1777, 0o2770];

const squattings: Readonly<Record<string, Squatting>> = {
  "the stranger's folder, and they listen": ({ product }) => listenIn(dirname(product.socket)),
  "the stranger's folder": async ({ product }) => void (await strangersFolder(dirname(product.socket))),
  "the user's folder, open to others, where the stranger listens": async ({ product }, random) => {
    const listener = await listenIn(dirname(product.socket));
    await backToUser(dirname(product.socket), random.pick(MODES));
    return listener;
  },
  "the user's closed folder, where the stranger listens": async ({ product }) => {
    const listener = await listenIn(dirname(product.socket));
    await backToUser(dirname(product.socket), 0o700);
    return listener;
  },
  "a link to the stranger's folder": async ({ product }) => {
    const listener = await listenIn(join(product.folder, 'theirs'));
    await symlink(join(product.folder, 'theirs'), dirname(product.socket));
    return listener;
  },
  "a link to the stranger's socket": async ({ product }) => {
    const listener = await listenIn(join(product.folder, 'theirs'));
    await mkdir(dirname(product.socket), { mode: 0o700 });
    await symlink(join(product.folder, 'theirs', 'daemon.sock'), product.socket);
    return listener;
  },
  'the socket of the stranger, moved there': async ({ product }) => {
    const theirs = join(product.folder, 'theirs');
    const listener = await listenIn(theirs);
    await mkdir(dirname(product.socket), { mode: 0o700 });
    await rename(join(theirs, 'daemon.sock'), product.socket);
    return listener;
  },
  'a link to a folder of the user': async ({ product }) => {
    await mkdir(join(product.folder, 'mine'), { mode: 0o700 });
    await symlink(join(product.folder, 'mine'), dirname(product.socket));
    return undefined;
  },
  'a file, a pipe or a dangling link instead of the folder': async ({ product }, random) => {
    await put(dirname(product.socket), product, random);
    return undefined;
  },
  'a file, a pipe, a dangling link or a folder instead of the socket': async ({ product }, random) => {
    await mkdir(dirname(product.socket), { mode: 0o700 });
    if (random.below(4) === 0) await mkdir(product.socket);
    else await put(product.socket, product, random);
    return undefined;
  },
};

async function put(path: string, product: ProductStage['product'], random: Random): Promise<void> {
  const how = random.below(3);
  if (how === 0) await writeFile(path, 'x');
  else if (how === 1) await product.run(['mkfifo', path]);
  else await symlink(join(product.folder, 'nowhere'), path);
}

/** The answer is the user's own token or one line. The stranger gets nothing, and nothing of the stranger's is used. */
export async function attackByPlace({ seed, count, tally, fronts }: Attack): Promise<void> {
  const asking = fronts.filter(({ name }) => name !== 'socket');
  const rounds = Math.ceil(count / ROUND);
  const attacks = Array.from({ length: rounds }, (_, round) =>
    Object.entries(squattings).flatMap(([what, squat]) =>
      asking.map((front) => ({ what, squat, front, round })),
    ),
  ).flat();
  const kind = 'squatting';
  await inTurns(someOf(attacks, { seed, count }), AT_ONCE, async ({ what, squat, front, round }) => {
    await using stage = await startAttacked();
    await letThrough(stage);
    await using listener = await squat(stage, randomOf(seed, kind, what, round));
    const fault = await attempted(front.ask(stage, 'get', HOST), (ran) => {
      if (`${ran.stdout}${ran.stderr}`.includes(EVIL_SECRET)) return "the stranger's answer";
      return faultOf('token or refused', HOST, ran, stage.aws.issuedTokens);
    });
    const told = listener?.heard() ? 'the stranger was told something' : undefined;
    tally.count({ kind, front: front.name, number: round, attack: what }, told ?? fault);
    await stage.product.run(['ecr-xacct', 'daemon', 'stop']);
    await rm(dirname(stage.product.socket), { recursive: true, force: true });
  });
}
