// The daemon's actions other than Docker's, for people and for the kubelet.
import { type Clock, type Moment, wallTime } from '../clock.ts';
import { errorFields, orError, XacctError } from '../errors.ts';
import type { WhoAmI } from '../helper/account-memory.ts';
import type { DaemonStatus, Forgotten, OrError } from '../helper/daemon-answers.ts';
import { getCredential, type HelperDeps } from '../helper/helper.ts';
import type { Memory } from '../helper/memory.ts';
import { readExplainRequest, readExportRequest, readLoginRequest } from '../helper/read-request.ts';
import { shownValue } from '../userinfo.ts';
import { isForOlder } from '../wire/codec.ts';
import type { DaemonAction } from './server.ts';
import { giveBackGarbage } from './small-heap.ts';

interface Running {
  version: string;
  clock: Clock;
  /** Returns a number from 0 to 1. */
  random: () => number;
  started: Moment;
  /** Ends the daemon. The reason is for the log. */
  end: (reason: string) => void;
}

/** Actions by name. Each answers with JSON, or with an empty text. */
export function createDaemonActions(
  deps: HelperDeps & Memory & { whoAmI: WhoAmI },
  { version, clock, random, started, end }: Running,
): Readonly<Record<string, DaemonAction>> {
  const { tokens, logins, mfaSessions, awsClock } = deps;
  const status = (): DaemonStatus => ({
    pid: process.pid,
    version,
    startedAt: wallTime(started, clock()),
    clockGap: awsClock.gap(),
    rss: process.memoryUsage.rss(),
    tokens: tokens.status(),
    failures: tokens.failures(),
    logins: [...logins.list().keys()],
    mfaSessions: mfaSessions.status(),
  });
  const forget = (): Forgotten => {
    const forgotten = {
      tokens: tokens.status().length,
      logins: logins.list().size,
      mfaSessions: mfaSessions.status().length,
    };
    deps.clear();
    // After this request has ended, because its variables may contain keys.
    setImmediate(giveBackGarbage);
    return forgotten;
  };
  return {
    status: () => line(status()),
    forget: () => line(forget()),
    // Loaded only here, because it is rarely used.
    login: async ({ input, env }) => {
      const { login } = await import('../helper/login.ts');
      return line(await doneOrError(() => login(deps, readLoginRequest(input), env)));
    },
    explain: async ({ input, env }) => {
      const { explain } = await import('../helper/explain.ts');
      return line(await doneOrError(() => explain(deps, { ...readExplainRequest(input), env })));
    },
    export: async ({ input, env }) => {
      const { credentialFor } = await import('../helper/credential.ts');
      const done = await doneOrError(() => credentialFor(deps, readExportRequest(input), env));
      // Unchanged: `shownValue` would alter a password.
      return `${JSON.stringify(done)}\n`;
    },
    kubelet: async ({ input, env }) => {
      const { answerKubelet } = await import('../kubelet/answer.ts');
      return await answerKubelet({ ...deps, random, steady: () => clock().steady }, input, env);
    },
    // Unchanged: `shownValue` may alter a text, and this is a secret.
    password: async ({ input, env }) =>
      JSON.stringify(await doneOrError(() => getCredential(deps, input, env))),
    stop: ({ input }) => {
      // A client of a later version stops only older daemons. Another client may have replaced the old one by this one.
      if (!isForOlder(input)) end('asked to stop');
      return '';
    },
  };
}

/** The result, or the fields of an error: a client needs its code, and prints the error itself. */
async function doneOrError<T>(act: () => Promise<T>): Promise<OrError<T>> {
  const done = await orError(act);
  return done instanceof XacctError ? { error: errorFields(done) } : { done };
}

function line(value: unknown): string {
  return `${JSON.stringify(value, shownValue)}\n`;
}
