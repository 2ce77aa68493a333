// A test's machine: our programs in /usr/bin, as a package installs them, /tmp and /root in memory, and a user.
import { execFile, execFileSync } from 'node:child_process';
import { appendFileSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { bin } from '../product/product.ts';

/** A user of this machine, with a home and a name. */
export const builder = { name: 'builder', uid: 4_711, home: '/run/builder' };

/** A program's exit status and output. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Makes the machine, which ends with the namespaces of `enterPrivateHosts`. Call it after that. */
export function becomeMachine(): void {
  const root = resolve(import.meta.dirname, '../../..');
  // A checkout may be below /tmp.
  mkdirSync('/run/checkout');
  mount('--bind', root, '/run/checkout');
  mount('-t', 'tmpfs', '-o', 'mode=1777', 'tmpfs', '/tmp');
  mkdirSync(root, { recursive: true });
  mount('--bind', '/run/checkout', root);
  mount('-t', 'tmpfs', '-o', 'mode=700', 'tmpfs', '/root');
  mount('-t', 'tmpfs', 'tmpfs', '/mnt');
  for (const name of ['upper', 'work']) mkdirSync(join('/mnt', name));
  mount(
    '-t',
    'overlay',
    '-o',
    'lowerdir=/usr/bin,upperdir=/mnt/upper,workdir=/mnt/work',
    'overlay',
    '/usr/bin',
  );
  for (const name of ['docker-credential-ecr-xacct', 'ecr-xacct'])
    symlinkSync(join(bin, name), join('/usr/bin', name));
  const { name, uid, home } = builder;
  appendFileSync('/etc/passwd', `${name}:x:${uid}:${uid}::${home}:/bin/sh\n`);
  // PAM rejects a user without a line in /etc/shadow.
  appendFileSync('/etc/shadow', `${name}:*:20000:0:99999:7:::\n`);
  appendFileSync('/etc/group', `${name}:x:${uid}:\n`);
  mkdirSync(home);
  chownSync(home, uid, uid);
}

export function mount(...words: readonly string[]): void {
  execFileSync('mount', words, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Writes files below a folder, by their path in it, with `uid` as their owner. */
export function writeHome(home: string, uid: number, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(home, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    for (const one of [dirname(file), file]) chownSync(one, uid, uid);
  }
}

/** Runs a program with only this environment. */
export function runWith(
  env: Readonly<Record<string, string>>,
  [program = '', ...args]: readonly string[],
  input = '',
): Promise<Ended> {
  return new Promise((done, fail) => {
    const child = execFile(program, args, { env, cwd: '/', timeout: 60_000 }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code === 'string') fail(error);
      else done({ status: child.exitCode, stdout, stderr });
    });
    child.stdin?.on('error', () => {}).end(input);
  });
}
