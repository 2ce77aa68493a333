// Runs cases, two at a time: on a small machine, more would only wait for each other.
import type { AskAws } from './aws-answers.ts';
import type { AwsProgram } from './aws-programs.ts';
import { type Judgement, judge, type NamedCase } from './judge.ts';
import { createTls } from './run-program.ts';

const AT_ONCE = 2;

/** In order, without the cases that no CLI of this machine can judge; `seen` gets each result at its end. */
export async function runCases(
  programs: readonly AwsProgram[],
  cases: readonly NamedCase[],
  ask: AskAws,
  seen: (judgement: Judgement) => void,
): Promise<Judgement[]> {
  const tls = await createTls();
  const waiting = [...cases.entries()];
  const judged: (Judgement | undefined)[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [place, named] = next;
      const judgement = await judge(tls, programs, named.kind, named.case, ask);
      judged[place] = judgement;
      if (judgement !== undefined) seen(judgement);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return judged.filter((judgement) => judgement !== undefined);
}
