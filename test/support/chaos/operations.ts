// The parts of a schedule: steps, each with changes, then calls at the same time with one disturbance.
import type { Fault } from '../../fake-aws/faults.ts';
import type { CallerName, HostName, ROTATED } from './cast.ts';
import type { Edit } from './edits.ts';

/** How Docker and others write a hostname. */
export const SPELLINGS = {
  plain: (hostname: string) => hostname,
  https: (hostname: string) => `https://${hostname}`,
  port: (hostname: string) => `${hostname}:443`,
  path: (hostname: string) => `${hostname}/team/app`,
} as const;

/** One program that runs and whose answer is judged. */
export type Call = { caller: CallerName; timeoutSeconds: number } & (
  | { action: 'get' | 'get without daemon'; host: HostName; spelling: keyof typeof SPELLINGS }
  | { action: 'store'; host: HostName; secret: string }
  | { action: 'erase' | 'login' | 'logout'; host: HostName }
  | { action: 'list' | 'logout all' }
);

/** Operations while only the daemon and the spare minter run. */
export type Change =
  | { kind: 'edit'; edit: Edit }
  | { kind: 'rotate keys'; user: (typeof ROTATED)[number] }
  | { kind: 'sleep'; milliseconds: number }
  | { kind: 'set clock'; ahead: number }
  | { kind: 'upgrade' };

/** Disturbances while the calls of a step run; times are milliseconds. */
export type Disturbance =
  | { kind: 'kill daemon' | 'kill minters'; after: number }
  | { kind: 'suspend daemon' | 'suspend minters'; milliseconds: number }
  /** Longer than the calls wait. */
  | { kind: 'suspend daemon for long' }
  | { kind: 'edit meanwhile'; after: number; edit: Edit }
  | { kind: 'fault'; fault: Fault };

export interface Step {
  changes: readonly Change[];
  /** One after another, before the calls. */
  first: readonly Call[];
  /** All at the same time. */
  calls: readonly Call[];
  during?: Disturbance;
}

/** The number of operations in a step. */
export function sizeOf({ changes, first, calls, during }: Step): number {
  return changes.length + first.length + calls.length + (during === undefined ? 0 : 1);
}

/** The kind of each operation of a step, for the table of counts. */
export function kindsIn({ changes, first, calls, during }: Step): string[] {
  const fault = during?.kind === 'fault' ? [`fault: ${during.fault.kind}`] : [];
  return [
    ...changes.map((change) => (change.kind === 'edit' ? `edit: ${change.edit.change}` : change.kind)),
    ...[...first, ...calls].map(({ action }) => action),
    ...(during === undefined ? [] : during.kind === 'fault' ? fault : [during.kind]),
  ];
}

/** One operation per line, for people. */
export function describe({ changes, first, calls, during }: Step): string[] {
  const line = (what: object) =>
    Object.entries(what)
      .map(
        ([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value, shownValue) : value}`,
      )
      .join(' ');
  return [
    ...changes.map((change) => `change: ${line(change)}`),
    ...first.map((call) => `first: ${line(call)}`),
    ...calls.map((call) => `${calls.length > 1 ? 'at once' : 'call'}: ${line(call)}`),
    ...(during === undefined ? [] : [`meanwhile: ${line(during)}`]),
  ];
}

/** JSON has no infinite number. */
function shownValue(_: string, value: unknown): unknown {
  return value === Number.POSITIVE_INFINITY ? 'all' : value;
}
