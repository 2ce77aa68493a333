// Faults that tests plan: the next matching requests to the fake AWS fail in the given way.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceName } from './service.ts';

export type FaultEffect =
  | { kind: 'throttle' }
  | { kind: 'server-error' }
  /** Accepted, but not answered until it is released. */
  | { kind: 'hang' }
  | { kind: 'reset' }
  /** Executed, but not answered until it is released. */
  | { kind: 'hang-after' }
  /** Executed, and then the connection breaks: the client cannot know the result. */
  | { kind: 'reset-after' }
  | { kind: 'latency'; milliseconds: number }
  /**
   * Sends `body` instead of an answer. `status`: default 200. `now`: the server's time in epoch milliseconds; default:
   * this machine's time.
   */
  | { kind: 'malformed'; body?: string; status?: number; now?: number }
  | { kind: 'error'; code: string; message: string; status?: number }
  /** An error whose message repeats all headers, parameters and the body. `write` encodes each value. */
  | { kind: 'echo'; code: string; write?: (text: string) => string }
  /** The authorization token expires at this time (epoch milliseconds), which may be in the past. */
  | { kind: 'token'; expiresAt: number };

export type Fault = FaultEffect & {
  service?: ServiceName;
  action?: string;
  /** The number of requests that it affects: 1 by default, Infinity for all. */
  times?: number;
};

export interface FaultHandle {
  /** Settles when the first request has met the fault. */
  reached: Promise<void>;
  /** Removes the fault. Requests that hang then continue as if there had been none. */
  release(): void;
}

/** A fault that affects one request. */
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

  /** Plans a fault. The fault that was planned first applies first, and one request meets at most one. */
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

  /** Removes all planned faults. Requests that already hang continue to hang. */
  clear(): void {
    this.#planned = [];
  }

  /** The fault for this request, if any; counts it. */
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
 * Applies the fault to the connection. Resolves with the fault's kind if there is nothing left to answer: the answer is
 * broken, or the client has gone. Resolves with undefined if the request continues.
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

/** As `withholdAnswer`, for faults that apply after the action. */
export async function withholdResult(
  { effect, released }: ActiveFault,
  response: ServerResponse,
): Promise<string | undefined> {
  if (effect.kind === 'hang-after') return (await outlasts(released, response)) ? undefined : effect.kind;
  if (effect.kind !== 'reset-after') return undefined;
  response.socket?.resetAndDestroy();
  return effect.kind;
}

/** Whether the client is still connected after the wait. */
async function outlasts(wait: Promise<void>, response: ServerResponse): Promise<boolean> {
  const gone = () => false;
  return Promise.race([wait.then(() => true), once(response, 'close').then(gone, gone)]);
}
