// Mints each token in its own process, and keeps a spare process ready: to load the AWS SDK takes ten times its use.
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
   * Mints in a process of its own, whose environment is `env` and nothing else. The error is the minter's own,
   * `timeout` at the deadline, `internal` if it crashes.
   */
  mint(resolution: Resolution, env: Environment, timeoutMs: number, mfa?: MfaProof): Promise<Outcome<Token>>;
  /** Asks AWS for the caller of the identity, in such a process. */
  whoAmI(
    resolution: Resolution,
    env: Environment,
    timeoutMs: number,
    mfa?: MfaProof,
  ): Promise<Outcome<CallerIdentity>>;
  /** Asks AWS another question, in such a process. */
  ask<Q extends Question>(
    asked: { question: Q; input: Questions[Q]['input'] },
    resolution: Resolution,
    env: Environment,
    timeoutMs: number,
    mfa?: MfaProof,
  ): Promise<JobOutcome<Q>>;
  /** Starts a spare, if there is none: a mint in this environment is likely soon. */
  warm(env: Environment): void;
  /** Kills the spare. */
  close(): void;
}

/** A minter uses 80 MB and most of a core for a moment: more of them would only make each slower. */
const MAX_AT_ONCE = 16;

/** `spareMs`: how long a spare is kept after a mint; 0 for no spare. Milliseconds. */
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
  /** The last caller's variables that a spare needs. */
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
    // The spare may have been killed while it waited. Not again after a code has begun a session: it works once.
    const isAgain = outcome.error?.code === 'internal' && outcome.mfaSession === undefined;
    return isAgain ? startMinter(self).run(job) : outcome;
  };
  // The spare starts after the last job: it would slow down the jobs that callers wait for.
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

/** Aborts with a `timeout` error as its reason, a moment after a mint with this timeout would have ended. */
export function mintDeadline(timeoutMs: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(timeoutError(timeoutMs)), timeoutMs + 100).unref();
  return controller.signal;
}
