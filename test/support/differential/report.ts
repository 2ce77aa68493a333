// The output of `npm run differential`: a line for each kind, and all details of a case that differs.
import { VERDICTS } from './compare.ts';
import type { Case, Text } from './differential-case.ts';
import type { Judgement } from './judge.ts';
import type { Observation } from './observation.ts';

/** A table of counts. */
export function summary(judgements: readonly Judgement[]): string {
  const head = ['', 'cases', ...VERDICTS, 'excused'];
  const rows = [...new Set(judgements.map(({ kind }) => kind))].map((kind) =>
    counts(
      kind,
      judgements.filter((judgement) => judgement.kind === kind),
    ),
  );
  const cells = [head, ...rows, counts('All', judgements)];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  return cells
    .map((row) =>
      row.map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      ),
    )
    .map((row) => row.join('  '))
    .join('\n');
}

function counts(title: string, of: readonly Judgement[]): string[] {
  const excused = of.filter(
    ({ case: { difference }, fault }) => difference !== undefined && fault === undefined,
  );
  const byVerdict = VERDICTS.map((verdict) => of.filter((one) => one.verdict === verdict).length);
  return [title, ...[of.length, ...byVerdict, excused.length].map(String)];
}

/** The case, both results, and their calls. */
export function describeJudgement(judgement: Judgement): string {
  const { kind, case: one, verdict, aws, ours, older } = judgement;
  return [
    `── ${kind} ${one.name}`,
    `   ${verdict}${one.difference === undefined ? '' : ` (excused: ${one.difference})`}`,
    ...describeCase(one),
    ...side('aws ', aws),
    ...side('ours', ours),
    ...(older === undefined ? [] : side('older aws', older)),
    '',
  ].join('\n');
}

function describeCase(one: Case): string[] {
  const {
    config,
    credentials,
    env = {},
    files = {},
    links = {},
    profile,
    container,
    instance,
    xacct,
    region,
  } = one;
  const variables = Object.entries(env).map(([name, value]) =>
    value === undefined ? `-u ${name}` : `${name}=${value}`,
  );
  return [
    ...text('~/.aws/config', config),
    ...text('~/.aws/credentials', credentials),
    ...Object.entries(files).flatMap(([name, content]) => text(`~/${name}`, content)),
    ...Object.entries(links).map(([name, target]) => `   ~/${name} → ${target}`),
    ...(variables.length === 0 ? [] : [`   env ${variables.join(' ')}`]),
    ...(profile === undefined ? [] : [`   --profile ${JSON.stringify(profile)}`]),
    ...Object.entries({ container, instance, xacct, region }).flatMap(([name, value]) =>
      value === undefined ? [] : [`   ${name}: ${JSON.stringify(value)}`],
    ),
  ];
}

function text(name: string, content: Text | undefined): string[] {
  if (content === undefined) return [];
  const written = typeof content === 'string' ? content : Buffer.from(content).toString('latin1');
  return [`   ${name}`, ...written.split('\n').map((line) => `     |${visible(line)}`)];
}

/** Writes tabs, CR, unusual blanks and bytes as escapes. */
function visible(line: string): string {
  return line.replace(/[^\x20-\x7e]/g, (character) =>
    JSON.stringify(character)
      .slice(1, -1)
      .replace(/^[^\\]/, escaped),
  );
}

function escaped(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}

function side(who: string, { succeeded, trace, left }: Observation): string[] {
  const files = Object.entries(left).map(([name, content]) => `~/${name}: ${content}`);
  return [
    `   ${who}: ${succeeded ? 'succeeds' : 'fails'}`,
    ...[...trace, ...files].flatMap((entry) => entry.split('\n')).map((line) => `     ${line}`),
  ];
}
