// The disturbances of a step's calls, and which failures each may cause.
import { setTimeout as delay } from 'node:timers/promises';
import type { Problem, Trouble } from './errors.ts';
import type { Disturbance } from './operations.ts';
import { type ChaosStage, signalAll } from './stage.ts';

/** `ahead`: of the wall clock, in milliseconds. A request that is signed with it needs one more try. */
export function troublesOf(during: Disturbance | undefined, ahead: number): Set<Trouble | Problem> {
  const skew: Trouble[] = ahead === 0 ? [] : ['skew'];
  switch (during?.kind) {
    case 'kill minters':
      return new Set(['killed']);
    case 'kill daemon':
      return new Set(['no daemon']);
    case 'suspend daemon for long':
      return new Set(['daemon silent']);
    case 'fault':
      switch (during.fault.kind) {
        case 'throttle':
          return new Set(['throttled', ...skew]);
        case 'server-error':
          return new Set(['AWS failed', ...skew]);
        case 'reset':
        case 'reset-after':
          return new Set(['reset', ...skew]);
        case 'malformed':
          return new Set(['not AWS', 'AWS failed', ...skew]);
        case 'error':
          return new Set(['denied', 'assume', 'no identity', ...skew]);
        default:
          return new Set(skew);
      }
    default:
      return new Set();
  }
}

/** Disturbs the calls. @returns the number of processes that it affects. */
export async function disturb(
  stage: ChaosStage,
  during: Disturbance | undefined,
  edit: () => void,
): Promise<number> {
  switch (during?.kind) {
    case undefined:
      return 0;
    case 'kill daemon':
    case 'kill minters': {
      await delay(during.after);
      return signalAll(stage.running(during.kind === 'kill daemon' ? 'daemon run' : 'mint'), 'SIGKILL');
    }
    case 'edit meanwhile':
      await delay(during.after);
      edit();
      return 0;
    case 'fault': {
      stage.aws.faults.next(during.fault);
      return 0;
    }
    case 'suspend daemon':
    case 'suspend minters':
    case 'suspend daemon for long': {
      const pids = stage.running(during.kind === 'suspend minters' ? 'mint' : 'daemon run');
      const hits = signalAll(pids, 'SIGSTOP');
      // Longer than the timeout of a second, the daemon's grace of two, and the start of the program that reports it.
      await delay(during.kind === 'suspend daemon for long' ? 6_000 : during.milliseconds);
      signalAll(pids, 'SIGCONT');
      // By the time of this answer, the daemon has handled what came before.
      if (during.kind !== 'suspend minters') await stage.product.daemon();
      return hits;
    }
  }
}
