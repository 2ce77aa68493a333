// Runs a schedule step by step on the real programs, updates the model, and counts everything.

import { createRandom } from '../random.ts';
import { edited } from './edits.ts';
import { firstHomes } from './homes.ts';
import { createModel, type Model } from './model.ts';
import { type Change, describe, kindsIn, sizeOf } from './operations.ts';
import { runPart } from './part.ts';
import { createSchedule } from './schedule.ts';
import type { Part } from './settle.ts';
import { type Answered, type ChaosStage, whenNoneRuns } from './stage.ts';
import type { Issued } from './verdict.ts';

/** After a wrong answer, it shows this many of the last operations: one step may have two dozen. */
const REMEMBERED = 50;

/** A wrong answer. */
export interface Wrong {
  index: number;
  got: string;
  expected: string;
  before: readonly string[];
}

export interface Outcome {
  operations: number;
  counts: ReadonlyMap<string, number>;
  answers: ReadonlyMap<string, number>;
  mints: number;
  loginsLost: number;
  tokensLost: number;
  wrong: readonly Wrong[];
  running: number;
  leftovers: readonly string[];
}

/** Runs until this many operations were done, or an answer is wrong. */
export async function runChaos(
  stage: ChaosStage,
  seed: number,
  operations: number,
  onProgress: (done: number) => void = () => {},
): Promise<Outcome> {
  const random = createRandom(seed);
  const first = firstHomes(stage.keys);
  const next = createSchedule(random, first);
  const model = createModel(stage.keys, first);
  const issued = new Map<string, Issued>();
  const counts = new Map<string, number>();
  const answers = new Map<string, number>();
  const count = (of: Map<string, number>, name: string) => of.set(name, (of.get(name) ?? 0) + 1);
  const told: string[] = [];
  const wrong: Wrong[] = [];
  let [done, loginsLost, tokensLost] = [0, 0, 0];
  while (done < operations && wrong.length === 0) {
    const step = next(model.homes);
    for (const line of describe(step)) told.push(`${done} ${line}`);
    for (const kind of kindsIn(step)) count(counts, kind);
    const parts: Part[] = [
      ...step.first.map((call) => ({ calls: [call], during: undefined })),
      { calls: step.calls, during: step.during },
    ];
    for (const change of step.changes) apply(stage, model, change);
    for (const part of parts) {
      const { answered, faults } = await runPart(stage, model, part, issued);
      for (const { verdict, ran } of faults) {
        if (verdict.lost === 'login') loginsLost += 1;
        if (verdict.lost === 'token') tokensLost += 1;
        const got = typeof ran === 'string' ? ran : shown(ran);
        wrong.push({ index: done, got, expected: verdict.expected, before: told.slice(-REMEMBERED) });
      }
      for (const name of answered) count(answers, name);
    }
    done += sizeOf(step);
    onProgress(done);
  }
  await stage.stop();
  const running = await whenNoneRuns(stage);
  const mints = issued.size;
  const leftovers = stage.leftovers();
  return { operations: done, counts, answers, mints, loginsLost, tokensLost, wrong, running, leftovers };
}

function apply(stage: ChaosStage, model: Model, change: Change): void {
  switch (change.kind) {
    case 'edit':
      model.homes = edited(model.homes, change.edit, stage.keys);
      stage.write(model.homes);
      break;
    case 'rotate keys':
      stage.keys.rotate(change.user);
      break;
    case 'sleep':
      stage.clocks.sleep(change.milliseconds);
      break;
    case 'set clock':
      stage.clocks.set(change.ahead);
      break;
    case 'upgrade':
      stage.upgrade();
      model.isOutdated = true;
      break;
  }
  model.age(stage.clocks.now());
}

function shown({ call, ran, milliseconds }: Answered): string {
  const { status, stdout, stderr } = ran;
  const short = (text: string) => (text.length > 400 ? `${text.slice(0, 400)}…` : text);
  return `${JSON.stringify(call)} → ${JSON.stringify({ status, stdout: short(stdout), stderr: short(stderr), milliseconds: Math.round(milliseconds) })}`;
}
