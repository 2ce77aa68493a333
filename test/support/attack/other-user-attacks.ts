// Attacks by another user of the machine on the daemon's socket, files and processes.
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { seenOf } from '../onlooker.ts';
import { HOST } from '../product/stage.ts';
import { type Attack, attempted, faultOfDaemon, startWithDaemon } from './attacked.ts';
import { faultOf } from './rule.ts';
import { type Attempt, letThrough, strangerTries } from './stranger.ts';

const ON_FILES = ['read', 'write', 'open'];
const ON_FOLDERS = ['list', 'open', 'rename'];
/**
 * proc(5): the files with a process's content. Everyone may read `cmdline`, which another test searches for secrets.
 */
const OF_PROCESSES = ['environ', 'mem', 'maps', 'smaps', 'auxv', 'stack', 'syscall', 'pagemap', 'io'];
const LINKS = ['cwd', 'root', 'exe', 'fd/0', 'fd/1', 'fd/2', 'fd/3'];

/** Everything that the product has made is closed to others, whatever the umask was; so are its processes. */
export async function attackByOtherUser({ tally }: Attack): Promise<void> {
  const kind = 'another user';
  await using stage = await startWithDaemon({ env: { ECR_XACCT_LOG: 'debug' } });
  const { product, pid } = stage;
  await letThrough(stage);
  const login = JSON.stringify({ ServerURL: HOST, Username: 'AWS', Secret: 'a-login-of-the-user' });
  await product.run(['docker-credential-ecr-xacct', 'store'], { input: login });
  await product.run(['docker-credential-ecr-xacct', 'erase'], { input: HOST });
  const ran = await attempted(product.get(HOST), (got) =>
    faultOf('token', HOST, got, stage.aws.issuedTokens),
  );
  tally.count({ kind, front: 'files', number: 0, attack: 'the user is answered meanwhile' }, ran);

  const entries = await readdir(product.folder, { recursive: true, withFileTypes: true });
  const made = entries
    .map((entry) => ({ path: join(entry.parentPath, entry.name), isFolder: entry.isDirectory() }))
    .filter(({ path }) => isOfProduct(product.folder, path));
  const onFiles = made.flatMap(({ path, isFolder }) =>
    (isFolder ? ON_FOLDERS : ON_FILES).map((act): Attempt => [act, path]),
  );
  const pids = [pid, ...((await childrenOf(pid)).match(/\d+/g) ?? []).map(Number)];
  const onProcesses = pids.flatMap((one): Attempt[] => [
    ...OF_PROCESSES.map((name): Attempt => ['read', `/proc/${one}/${name}`]),
    ...LINKS.map((name): Attempt => ['link', `/proc/${one}/${name}`]),
    ['list', `/proc/${one}/fd`],
    ['signal', String(one)],
  ]);
  const onSocket: Attempt[] = [
    ['connect', product.socket],
    ['remove', product.socket],
    ['write', join(dirname(product.socket), 'other.sock')],
  ];
  const fronts = { files: onFiles, socket: onSocket, processes: onProcesses };
  for (const [front, attempts] of Object.entries(fronts)) {
    const worked = new Set((await strangerTries(attempts)).map((attempt) => attempt.join(' ')));
    for (const [number, attempt] of attempts.entries()) {
      const attack = attempt.join(' ');
      tally.count({ kind, front, number, attack }, worked.has(attack) ? 'it worked' : undefined);
    }
  }
  const seen = seenOf(pid).map((what) => `it sees ${what}`)[0];
  tally.count({ kind, front: 'processes', number: 0, attack: 'attaches to the daemon' }, seen);
  tally.count(
    { kind, front: 'processes', number: 0, attack: 'the daemon afterwards' },
    await faultOfDaemon(stage),
  );
}

/** A process that ends meanwhile has no files that can be read. */
function childrenOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
}

/** Except what the test itself has made with other modes: HOME with its config files, and the folders around it. */
function isOfProduct(folder: string, path: string): boolean {
  const below = relative(folder, path);
  return /^(?:run\/|home\/\.local\/state\/ecr-xacct|tmp\/)/.test(below);
}
