// A daemon's server with real files, its own clock and a fake mint: its answers, and what it counts.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createSharedConfigReader } from '../../../src/config/config-reader.ts';
import { createDaemonActions } from '../../../src/daemon/daemon-actions.ts';
import { createQuestionMemory, type QuestionMemory } from '../../../src/daemon/question-memory.ts';
import { createDaemonServer } from '../../../src/daemon/server.ts';
import { notFound } from '../../../src/docker/messages.ts';
import { XacctError } from '../../../src/errors.ts';
import type { WhoAmI } from '../../../src/helper/account-memory.ts';
import { createHelper, type HelperDeps } from '../../../src/helper/helper.ts';
import { createMemory } from '../../../src/helper/memory.ts';
import { describeIdentity, profileOf } from '../../../src/identity/identity.ts';
import { createSharedProfileReader } from '../../../src/profiles/profiles.ts';
import { decodeResponse, encodeRequest } from '../../../src/wire/codec.ts';

/** The input of both daemons of a comparison: the user's files, the time, and AWS. */
export interface SharedWorld {
  folder: string;
  /** Epoch ms. `wall`: of a clock that may be set back. */
  now: number;
  wall: number;
  /** Identities that cannot mint. */
  failing: Set<string>;
  /** Profile → account, for profiles that do not declare one. */
  accounts: Record<string, string>;
}

export interface DaemonUnderTest extends AsyncDisposable {
  /** The whole answer. */
  ask(action: string, input: string, env: Record<string, string>): Promise<string>;
  /** As a daemon does once a minute: removes expired tokens, and renews those that are nearly due. */
  tidy(): Promise<void>;
  /** Its counts: mints in order, accounts that were asked for, the state of its memory. */
  counts(): unknown;
  /** The number of answers from its memory of questions. */
  spared(): number;
}

const NEVER: QuestionMemory = { answer: () => undefined, watch: () => undefined, forget: () => {} };

/** `remembers`: whether it has a memory of questions. */
export async function startDaemon(world: SharedWorld, remembers: boolean): Promise<DaemonUnderTest> {
  const folder = join(world.folder, remembers ? 'with' : 'without');
  mkdirSync(folder);
  const path = join(folder, 'daemon.sock');
  let spared = 0;
  const mints: string[] = [];
  const asked: string[] = [];
  // This clock is a minute ahead, so that files that were just written count as old.
  const memoryOfQuestions = remembers ? createQuestionMemory(() => Date.now() + 60_000) : NEVER;
  const questions: QuestionMemory = {
    ...memoryOfQuestions,
    answer(frame) {
      const answer = memoryOfQuestions.answer(frame);
      if (answer !== undefined) spared += 1;
      return answer;
    },
  };
  const whoAmI: WhoAmI = async ({ identity }) => {
    const profile = profileOf(identity) ?? '';
    asked.push(profile);
    const account = world.accounts[profile];
    if (account === undefined) throw new XacctError('network', 'no way', { hint: { say: 'wait' } });
    return { arn: `arn:aws:iam::${account}:user/${profile}`, account };
  };
  const clock = () => ({ wall: world.wall, steady: world.now });
  const memory = createMemory(whoAmI, clock, { random: () => 0.5, onChange: questions.forget });
  const apart = {
    parse: () => Promise.reject(new Error('no file is large here')),
    onGarbage: () => {},
  };
  const [readConfig, readProfiles] = [createSharedConfigReader(apart), createSharedProfileReader(apart)];
  const deps: HelperDeps = {
    readConfig,
    readProfiles,
    ...memory,
    async mint({ identity, hostname }) {
      const who = describeIdentity(identity);
      mints.push(`${who} for ${hostname}`);
      if (world.failing.has(who)) {
        return { error: new XacctError('access-denied', `${who} may not`, { hint: { say: 'ask' } }) };
      }
      const password = `token ${mints.length} of ${who}`;
      const expiresAt = world.now + 12 * 3_600_000;
      return { answer: { username: 'AWS', password, expiresAt, awsNow: world.now } };
    },
    deadline: () => new AbortController().signal,
    fallback: async () => notFound,
  };
  const running = { version: '0', clock, random: Math.random, started: clock(), end: () => {} };
  const server = createDaemonServer({
    helper: createHelper(deps),
    questions,
    isOutdated: () => false,
    isExposed: () => false,
    actions: createDaemonActions({ ...deps, ...memory, whoAmI }, running),
    onAnswer: () => {},
    clock: () => world.now,
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    async ask(action, input, env) {
      const socket = connect(path);
      socket.end(encodeRequest({ action, env: { ECR_XACCT_SYSTEM_CONFIG: '', ...env }, input }) ?? '');
      const { outcome, text } = decodeResponse(await buffer(socket)) ?? {};
      return `${outcome} ${text}`;
    },
    async tidy() {
      memory.tidy();
      // A fake renewal takes some turns of the promise queue, and none of the event loop.
      await new Promise(setImmediate);
    },
    counts: () => ({ mints, asked, tokens: memory.tokens.status(), logins: [...memory.logins.list()] }),
    spared: () => spared,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true });
    },
  };
}

let edits = 0;

/** Writes a user's file with a text that it never had before. */
export function edit(path: string, text: string): void {
  edits += 1;
  writeFileSync(path, `${text}\n# edit ${'x'.repeat(edits % 500)}\n`);
}
