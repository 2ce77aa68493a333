// The printed report of a run: the table of counts, and everything needed to repeat a wrong answer.
import type { Outcome } from './run.ts';

/** Whether all answers were right. */
export function isRight({ wrong, loginsLost, tokensLost, running, leftovers }: Outcome): boolean {
  return wrong.length + loginsLost + tokensLost + running + leftovers.length === 0;
}

export function report(outcome: Outcome, seed: number): string {
  const { operations, counts, answers, mints, wrong, loginsLost, tokensLost, running, leftovers } = outcome;
  const rows = (of: ReadonlyMap<string, number>) =>
    [...of].toSorted(([, one], [, other]) => other - one).map(([name, count]) => row(name, count));
  return [
    ...wrong.flatMap(({ index, got, expected, before }) => [
      `Wrong, at operation ${index}. The last operations:`,
      ...before.map((line) => `  ${line}`),
      `  expected: ${expected}`,
      `  got: ${got}`,
      '',
    ]),
    `Operations of seed ${seed}:`,
    ...rows(counts),
    'Answers:',
    ...rows(answers),
    'In all:',
    row('operations', operations),
    row('tokens issued', mints),
    row('wrong answers', wrong.length),
    row('logins lost', loginsLost),
    row('tokens lost', tokensLost),
    row('processes left', running),
    row(
      `temporary files left${leftovers.length === 0 ? '' : ` (${leftovers.slice(0, 5).join(', ')})`}`,
      leftovers.length,
    ),
    ...(wrong.length === 0 ? [] : ['', `Again: npm run chaos -- --seed ${seed} --operations ${operations}`]),
  ].join('\n');
}

function row(name: string, count: number): string {
  return `${String(count).padStart(8)}  ${name}`;
}
