// The private namespaces of end-to-end tests: with their own hostnames, loopback, /run and processes.
import { readFileSync, writeFileSync } from 'node:fs';

// The first argument of the shell that is process 1 inside. It tells the program that it runs inside.
const marker = 'private-hosts';

// As process 1, it also reaps detached daemons. /etc is the machine's, but changes are only in memory. /etc/hosts is a
// bind mount of a file in the private /run. /etc/docker is empty, for certs.d.
const setUp = `
  ip link set lo up &&
  mount -t tmpfs tmpfs /mnt && mkdir /mnt/upper /mnt/work &&
  mount -t overlay -o lowerdir=/etc,upperdir=/mnt/upper,workdir=/mnt/work overlay /etc && umount --lazy /mnt &&
  mount -t tmpfs -o mode=755 tmpfs /run &&
  mount -t tmpfs -o mode=755 tmpfs /etc/docker &&
  touch /run/hosts && mount --bind /run/hosts /etc/hosts || exit 125
  "$@"
  exit "$?"
`;

/**
 * Runs the rest of the program in private mount, network and process namespaces. The only hostnames there are `hosts`
 * (hostname → loopback address). The first call replaces this process: it starts the same program again, inside, where
 * the call returns. So call it before anything that has an effect.
 *
 * Inside, the only network is a private 127.0.0.0/8 with every port free, so that parallel tests do not use the same
 * ports. `/run` (the TMPDIR) and `/etc/docker` are empty and in memory. Changes below `/etc` are only in memory. `/proc`
 * shows only processes that started inside. All processes and mounts end with the program, even if it is killed.
 *
 * Needs root and Linux: see `skipWithout('namespaces')`. Throws if process.execve is missing.
 */
export function enterPrivateHosts(hosts: Record<string, string>): void {
  if (!insidePrivateHosts()) reexecuteInside();
  const lines = Object.entries({ localhost: '127.0.0.1', ...hosts }).map(([name, ip]) => `${ip} ${name}\n`);
  writeFileSync('/etc/hosts', lines.join(''));
}

/** Whether this process already runs inside: then process 1 is our shell. */
function insidePrivateHosts(): boolean {
  return readFileSync('/proc/1/cmdline', 'utf8').split('\0')[3] === marker;
}

function reexecuteInside(): never {
  if (process.execve === undefined) throw new Error('this Node has no process.execve');
  const namespaces = '--mount --propagation private --net --pid --fork --mount-proc --kill-child'.split(' ');
  const program = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const env = {
    ...process.env,
    PATH: `${process.env.PATH ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`,
    TMPDIR: '/run',
  };
  return process.execve(
    '/usr/bin/unshare',
    ['unshare', ...namespaces, '/bin/sh', '-c', setUp, marker, ...program],
    env,
  );
}
