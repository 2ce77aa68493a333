// Mints each token in a process of its own, with a spare one kept ready: loading the AWS SDK takes ten times its use.
import { authorityEnvironment } from '../caller-environment.ts';
import { timerMs } from '../clock.ts';
import type { Resolution } from '../identity/resolve.ts';
import type { Environment, SelfCommand } from '../invocation.ts';
import { createQueue } from '../os/queue.ts';
import type { CallerIdentity, MfaProof, Outcome, Question, Questions, Token } from '../questions.ts';
import type { JobOutcome, MintJob } from './job.ts';
import { type MinterProcess, startMinter, timeoutError } from './minter-process.ts';

export interface Minters {
  /**
   * Mints in a process of its own, whose environment is `env` and nothing else.
   * An error is whatever the minter says, `timeout` at the deadline, `internal` where it crashes.
   */
  mint(resolution: Resolution, env: Environment, timeoutMs: number, mfa?: MfaProof): Promise<Outcome<Token>>;
  /** Asks AWS, likewise, who the identity is. */
  whoAmI(
    resolution: Resolution,
    env: Environment,
    timeoutMs: number,
    mfa?: MfaProof,
  ): Promise<Outcome<CallerIdentity>>;
  /** Asks AWS, likewise, something else. */
  ask<Q extends Question>(
    asked: { question: Q; input: Questions[Q]['input'] },
    resolution: Resolution,
    env: Environment,
    timeoutMs: number,
    mfa?: MfaProof,
  ): Promise<JobOutcome<Q>>;
  /** Starts a spare, if there is none: a mint is likely soon, in this environment. */
  warm(env: Environment): void;
  /** Ends the spare. */
  close(): void;
}

/** A minter takes 80 MB and most of a core for a moment: more at once would only make each slower. */
const MAX_AT_ONCE = 16;

/** `spareMs`: how long a spare is kept after a mint; 0 for none. Milliseconds. */
export function createMinters(self: SelfCommand, spareMs: number): Minters {
  let spare: MinterProcess | undefined;
  let expiry: NodeJS.Timeout | undefined;
  let isClosed = false;

  const takeSpare = (): MinterProcess | undefined => {
    clearTimeout(expiry);
    const taken = spare;
    spare = undefined;
    return taken;
  };
  /** Of the last caller, as far as a spare is started for it. */
  let last: Environment = {};
  const warm = () => {
    if (spareMs === 0 || isClosed) return;
    clearTimeout(expiry);
    expiry = setTimeout(() => takeSpare()?.kill(), spareMs).unref();
    if (spare !== undefined) return;
    const started = startMinter(self, last);
    spare = started;
    void started.ended.then(() => {
      if (spare === started) takeSpare();
    });
  };

  const runNow = async <Q extends Question>(job: MintJob<Q>): Promise<JobOutcome<Q>> => {
    const ready = takeSpare();
    if (ready === undefined) return startMinter(self).run(job);
    const outcome = await ready.run(job);
    // It may have been killed while it waited for its job. A code that began a session is used up.
    const isAgain = outcome.error?.code === 'internal' && outcome.mfaSession === undefined;
    return isAgain ? startMinter(self).run(job) : outcome;
  };
  // No spare before the last has ended: it would take the time of those that a caller waits for.
  const inTurn = createQueue(MAX_AT_ONCE, () => setImmediate(warm));
  const run = <Q extends Question>(job: Omit<MintJob<Q>, 'givenAt'>): Promise<JobOutcome<Q>> =>
    inTurn(() => {
      last = authorityEnvironment(job.env);
      return runNow({ ...job, givenAt: timerMs() });
    });

  const ask: Minters['ask'] = (asked, resolution, env, timeoutMs, mfa) =>
    run({ ...asked, resolution, env, timeoutMs, mfa });

  return {
    mint: (...args) => ask({ question: 'token', input: undefined }, ...args),
    whoAmI: (...args) => ask({ question: 'caller', input: undefined }, ...args),
    ask,
    warm(env) {
      last = authorityEnvironment(env);
      warm();
    },
    close() {
      isClosed = true;
      takeSpare()?.kill();
    },
  };
}

/** Aborts, with a `timeout` error for a reason, a moment after a mint with this timeout would have ended. */
export function mintDeadline(timeoutMs: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(timeoutError(timeoutMs)), timeoutMs + 100).unref();
  return controller.signal;
}
