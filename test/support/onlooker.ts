// What one process of a user can see of another: its environment and memory, and whether it may attach.
import { execFileSync } from 'node:child_process';
import { peer } from './peers.ts';

/** A user ID that this machine need not know. */
export const USER = 4_711;

/** ptrace(2): PTRACE_SEIZE attaches without stopping the process, and ends with the onlooker. */
const LOOK = `
import ctypes, os, sys
user, pid = map(int, sys.argv[1:])
os.setgroups([])
os.setgid(user)
os.setuid(user)
def attach():
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long] * 4
    if libc.ptrace(0x4206, pid, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), 'ptrace')
looks = {
    'environ': lambda: open(f'/proc/{pid}/environ', 'rb').read(),
    'memory': lambda: open(f'/proc/{pid}/mem', 'rb'),
    'attach': attach,
}
for name, look in looks.items():
    try:
        look()
        print(name)
    except PermissionError:
        pass
`;

/**
 * What an unrelated process of the user can see of another. With Yama, that is at most the environment. Needs root and
 * `python3`.
 */
export function seenOf(pid: number, user = USER): string[] {
  const args = ['-c', LOOK, String(user), String(pid)];
  const seen = execFileSync(peer('python3'), args, { encoding: 'utf8' });
  return seen.split('\n').filter((name) => name !== '');
}
