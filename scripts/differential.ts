// Compares the built program with the real `aws`: whose identity does each use with the same files and environment?
//
// usage: npm run differential [-- --seed N --cases N --only TEXT --aws PATH --older --fresh --verbose]
//   --seed N, --cases N   which generated cases, and how many; default: 1 and 200
//   --only TEXT           only kinds with this text in their title, or cases with it in their name
//   --aws PATH            this `aws`, instead of the newest on this machine
//   --older               also Debian's, to see in which cases the two disagree
//   --fresh               run `aws` also for cases whose answer is cached in the folder for temporary files
//   --verbose             also show what only the CLI refuses, excused differences, and where two CLIs disagree
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rememberedAws } from '../test/support/differential/aws-answers.ts';
import { awsProgram, awsPrograms } from '../test/support/differential/aws-programs.ts';
import { writtenKinds } from '../test/support/differential/cases/all-kinds.ts';
import { generatedKinds } from '../test/support/differential/grammar.ts';
import { casesOf, type Judgement } from '../test/support/differential/judge.ts';
import { describeJudgement, summary } from '../test/support/differential/report.ts';
import { runCases } from '../test/support/differential/run-cases.ts';
import { runAws } from '../test/support/differential/run-program.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    cases: { type: 'string', default: '200' },
    only: { type: 'string', default: '' },
    aws: { type: 'string' },
    older: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});
const found = values.aws === undefined ? awsPrograms() : [awsProgram(values.aws)];
const programs = found.slice(0, values.older ? 2 : 1);
const wanted = values.only.toLowerCase();
const kinds = [...writtenKinds, ...generatedKinds(Number(values.seed), Number(values.cases))];
const cases = casesOf(kinds).filter(({ kind, case: { name } }) =>
  `${kind} ${name}`.toLowerCase().includes(wanted),
);

function isShown({ fault, verdict, older }: Judgement): boolean {
  return fault !== undefined || (values.verbose && (verdict !== 'same' || older !== undefined));
}

if (programs.length === 0) {
  console.error('no AWS CLI on this machine (run: scripts/install-test-peers)');
  process.exitCode = 1;
} else {
  console.log(
    `${cases.length} cases; the yardstick is ${programs.map(({ version }) => version).join(', beside it ')}.\n`,
  );
  const ask = values.fresh ? runAws : await rememberedAws(join(tmpdir(), 'differential-aws-answers'));
  const judgements = await runCases(programs, cases, ask, (judgement) => {
    if (isShown(judgement)) console.log(describeJudgement(judgement));
  });
  console.log(summary(judgements));
  const faults = judgements.filter(({ fault }) => fault !== undefined).length;
  const disagreements = judgements.filter(({ older }) => older !== undefined).length;
  console.log(`\n${faults} faults of ours.`);
  if (values.older)
    console.log(`The older CLI is another identity than the newer in ${disagreements} cases.`);
  process.exitCode = faults > 0 ? 1 : 0;
}
