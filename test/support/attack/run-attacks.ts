// The list of attacks, in order, with what each needs of the machine.
import type { Attack } from './attacked.ts';
import { attackByConnection } from './client-attacks.ts';
import { attackByDisk } from './disk-attacks.ts';
import { attackByEnvironment } from './environment-attacks.ts';
import { attackByFrame } from './frame-attacks.ts';
import { attackByLogin, attackByName } from './name-attacks.ts';
import { attackByOtherUser } from './other-user-attacks.ts';
import { attackByAnswer } from './server-attacks.ts';
import { attackByPlace } from './squatting-attacks.ts';

interface AttackKind {
  readonly name: string;
  /** Root, for processes of other users and for mounts. */
  readonly needsRoot: boolean;
  readonly run: (attack: Attack) => Promise<void>;
}

export const attackKinds: readonly AttackKind[] = [
  { name: 'names', needsRoot: false, run: attackByName },
  { name: 'logins', needsRoot: false, run: attackByLogin },
  { name: 'frames', needsRoot: false, run: attackByFrame },
  { name: 'environments', needsRoot: false, run: attackByEnvironment },
  { name: 'clients', needsRoot: false, run: attackByConnection },
  { name: 'servers', needsRoot: false, run: attackByAnswer },
  { name: 'other-users', needsRoot: true, run: attackByOtherUser },
  { name: 'squatting', needsRoot: true, run: attackByPlace },
  { name: 'disks', needsRoot: true, run: attackByDisk },
];
