// Faults on demand: the next matching requests to the fake AWS fail in the way a test asked for.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceName } from './service.ts';

export type FaultEffect =
  | { kind: 'throttle' }
  | { kind: 'server-error' }
  /** Accepted and not answered, until it is released. */
  | { kind: 'hang' }
  | { kind: 'reset' }
  /** Done, but not answered until it is released. */
  | { kind: 'hang-after' }
  /** Done, and then the connection breaks: the client cannot know. */
  | { kind: 'reset-after' }
  | { kind: 'latency'; milliseconds: number }
  /** This text instead of an answer, with status 200 or another, by whatever clock (epoch milliseconds; by default this machine's). */
  | { kind: 'malformed'; body?: string; status?: number; now?: number }
  | { kind: 'error'; code: string; message: string; status?: number }
  /** An error whose message repeats all that was sent, in a form that this makes of it. */
  | { kind: 'echo'; code: string; write?: (text: string) => string }
  /** The authorization token expires then (epoch milliseconds), the past included. */
  | { kind: 'token'; expiresAt: number };

export type Fault = FaultEffect & {
  service?: ServiceName;
  action?: string;
  /** How many requests it hits: 1 by default, Infinity for all. */
  times?: number;
};

export interface FaultHandle {
  /** Settles when the first request has met the fault. */
  reached: Promise<void>;
  /** Takes the fault away and lets requests that hang go on as if nothing had happened. */
  release(): void;
}

/** A fault as it met one request. */
export interface ActiveFault {
  effect: FaultEffect;
  released: Promise<void>;
}

interface Planned {
  fault: Fault;
  remaining: number;
  reached: PromiseWithResolvers<void>;
  released: PromiseWithResolvers<void>;
}

export class Faults {
  #planned: Planned[] = [];

  /** Plans a fault; those planned first strike first, and one request meets at most one. */
  next(fault: Fault): FaultHandle {
    const planned: Planned = {
      fault,
      remaining: fault.times ?? 1,
      reached: Promise.withResolvers(),
      released: Promise.withResolvers(),
    };
    this.#planned.push(planned);
    return {
      reached: planned.reached.promise,
      release: () => {
        planned.remaining = 0;
        planned.released.resolve();
      },
    };
  }

  /** Takes all planned faults away. Requests that hang already go on hanging. */
  clear(): void {
    this.#planned = [];
  }

  /** The fault that strikes this request, if any; counts it. */
  strike(service: ServiceName, action: string): ActiveFault | undefined {
    const planned = this.#planned.find(
      ({ fault, remaining }) =>
        remaining > 0 && (fault.service ?? service) === service && (fault.action ?? action) === action,
    );
    if (planned === undefined) return undefined;
    planned.remaining -= 1;
    planned.reached.resolve();
    return { effect: planned.fault, released: planned.released.promise };
  }
}

/**
 * Applies what a fault does to the connection. Resolves with the fault's kind if nothing is left to answer: it
 * broke the answer, or the client went away while it waited; with undefined if the request is to go on.
 */
export async function withholdAnswer(
  { effect, released }: ActiveFault,
  response: ServerResponse,
): Promise<string | undefined> {
  switch (effect.kind) {
    case 'hang':
      return (await outlasts(released, response)) ? undefined : effect.kind;
    case 'latency': {
      const later = delay(effect.milliseconds, undefined, { ref: false });
      return (await outlasts(later, response)) ? undefined : effect.kind;
    }
    case 'reset':
      response.socket?.resetAndDestroy();
      return effect.kind;
    case 'malformed':
      response.setHeader('date', new Date(effect.now ?? Date.now()).toUTCString());
      response.statusCode = effect.status ?? 200;
      response.end(effect.body ?? '{"authorizationData": [<');
      return effect.kind;
    default:
      return undefined;
  }
}

/** The same for what a fault does once the action is done. */
export async function withholdResult(
  { effect, released }: ActiveFault,
  response: ServerResponse,
): Promise<string | undefined> {
  if (effect.kind === 'hang-after') return (await outlasts(released, response)) ? undefined : effect.kind;
  if (effect.kind !== 'reset-after') return undefined;
  response.socket?.resetAndDestroy();
  return effect.kind;
}

/** Whether the client is still there when the wait is over. */
async function outlasts(wait: Promise<void>, response: ServerResponse): Promise<boolean> {
  const gone = () => false;
  return Promise.race([wait.then(() => true), once(response, 'close').then(gone, gone)]);
}
