// What `ecr-xacct doctor` prints of this machine and its registries: a line for each, the fix of each fault, a summary.
import type { Screen } from '../terminal/screen.ts';
import { type Cell, type Note, notes, table } from '../terminal/table.ts';
import type { CheckUp, RegistryCheck, Summary } from './check-up.ts';
import { fixText, OUTCOME_STYLES, SIDES, stepsTable, strictNotes } from './diagnosis-text.ts';
import type { Finding } from './finding.ts';
import { count } from './machine-checks.ts';

export function checkUpText(
  { machine, registries, summary }: CheckUp,
  isStrict: boolean,
  home: string | undefined,
  screen: Screen,
): string {
  const tilde = (text: string) => (home ? text.replaceAll(`${home}/`, '~/') : text);
  const bad = ({ outcome }: Finding) => outcome === 'failed' || outcome === 'warning';
  const shown = { tilde, screen };
  const parts = [
    `${screen.paint('bold', 'This machine')}\n`,
    stepsTable(machine, bad, shown),
    ...(registries.length === 0 ? [] : [registriesTable(registries, shown)]),
    ...machine.filter(bad).map((finding) => problemText(finding.step, finding, shown)),
    ...registries.flatMap(({ hostname, findings }) =>
      findings.filter(bad).map((finding) => problemText(`${hostname}, ${finding.step}`, finding, shown)),
    ),
    notes([{ note: summaryCell(summary) }, ...strictNotes(isStrict ? summary.warnings : 0)], screen),
  ];
  return parts.join('\n');
}

interface Shown {
  tilde: (text: string) => string;
  screen: Screen;
}

function registriesTable(registries: readonly RegistryCheck[], { tilde, screen }: Shown): string {
  const rows = registries.flatMap(({ hostname, findings, cause }, index): (readonly Cell[] | Note)[] => {
    const warning = findings.find(({ outcome }) => outcome === 'warning');
    const { outcome } = cause ?? warning ?? { outcome: 'ok' as const };
    const who = findings.findLast(({ step }) => step === 'credentials' || step === 'identity');
    const below = cause ?? warning;
    const what = below === undefined ? who?.text : `${below.step}: see below`;
    return [
      [`${index + 1}`, hostname, { text: outcome, style: OUTCOME_STYLES[outcome] }],
      ...(what === undefined ? [] : [{ note: { text: tilde(what), style: 'dim' as const }, indent: 3 }]),
    ];
  });
  return table([{ title: '' }, { title: 'REGISTRY', fit: 'shorten' }, { title: '' }], rows, screen);
}

function problemText(where: string, finding: Finding, { tilde, screen }: Shown): string {
  const { outcome, side, text } = finding;
  const isFailure = outcome === 'failed';
  const head = `${isFailure ? 'Failed' : 'Warning'}: ${where}: ${tilde(text)}`;
  const style = isFailure ? 'red' : 'yellow';
  return (
    notes([{ note: { text: head, style } }], screen) +
    fixText(side === undefined ? '' : SIDES[side], finding, screen)
  );
}

function summaryCell({ failed, warnings, unknown, registries }: Summary): Cell {
  const parts = [
    count(failed, 'failure'),
    count(warnings, 'warning'),
    ...(unknown === 0 ? [] : [`${unknown} not known`]),
  ].join(', ');
  const { well, all } = registries;
  const of =
    all === 0
      ? 'no registry is known'
      : `${well} of ${count(all, 'registry', 'registries')} without a failure`;
  const text = `Summary: ${parts}; ${of}.`;
  return { text, style: failed > 0 ? 'red' : warnings > 0 ? 'yellow' : 'green' };
}
