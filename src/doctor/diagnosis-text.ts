// What `ecr-xacct doctor` prints of an image: each step that was checked, then the cause and its fix.
import { printable } from '../errors.ts';
import type { Screen } from '../terminal/screen.ts';
import { type Cell, type Note, notes, table } from '../terminal/table.ts';
import type { Diagnosis, Finding } from './finding.ts';
import type { DoctorOptions } from './options.ts';

export const OUTCOME_STYLES = { ok: 'green', warning: 'yellow', failed: 'red', unknown: 'dim' } as const;

const PLATFORM_NAMES = { ecs: 'ECS', fargate: 'Fargate', lambda: 'Lambda' } as const;

export const SIDES = {
  machine: 'The fix is on this machine.',
  caller: 'The fix is on the side of the account that pulls.',
  registry: "The fix is on the side of the registry's account.",
  organization: 'The fix is in a policy of the organization.',
  endpoint: 'The fix is in the policy of a VPC endpoint.',
  image: 'The fix is in the image or its name, not in a permission.',
} as const;

export function diagnosisText(
  { image, findings, cause }: Diagnosis,
  options: Pick<DoctorOptions, 'push' | 'for' | 'strict'>,
  home: string | undefined,
  screen: Screen,
): string {
  const tilde = tildeFor(home);
  const steps = stepsTable(findings, (finding) => finding === cause, { tilde, screen });
  const warnings = findings.flatMap((finding) => {
    const { outcome, step, command, notes: more = [] } = finding;
    if (outcome === 'warning' && command !== undefined) {
      return [fixText(`Warning of ${step}.`, finding, screen)];
    }
    const isOpen = outcome === 'unknown' && (command !== undefined || more.length > 0);
    return isOpen ? [fixText(`Not known: ${step}.`, finding, screen)] : [];
  });
  const end =
    cause === undefined
      ? notes([{ note: conclusion(findings, options) }], screen)
      : notes([{ note: { text: `Cause: ${tilde(cause.text)}`, style: 'red' } }], screen) +
        fixText(cause.side === undefined ? '' : SIDES[cause.side], cause, screen);
  const warned = findings.filter(({ outcome }) => outcome === 'warning').length;
  const strict = strictNotes(options.strict ? warned : 0);
  const last = strict.length === 0 ? [] : [notes(strict, screen)];
  return [headText(image, screen), steps, ...warnings, end, ...last].join('\n');
}

/** Never shortened: people copy and compare the name. */
function headText(image: string, screen: Screen): string {
  return `${screen.paint('bold', printable(image))}\n`;
}

/** The beginning of `diagnosisText`, with the steps so far. */
export function beginning({ image, findings }: Diagnosis, home: string | undefined, screen: Screen): string {
  const steps = stepsTable(findings, ({ outcome }) => outcome === 'failed', {
    tilde: tildeFor(home),
    screen,
  });
  return `${headText(image, screen)}\n${steps}`;
}

function tildeFor(home: string | undefined): (text: string) => string {
  return (text) => (home ? text.replaceAll(`${home}/`, '~/') : text);
}

/** Widths of the longest step and outcome: a terminal shows each line before the next one is known. */
const LEAST = { number: '10'.length, step: 'registry-rights'.length, outcome: 'warning'.length };

/** One line for each step; `isBelow` are the findings that are printed below the table. */
export function stepsTable(
  findings: readonly Finding[],
  isBelow: (finding: Finding) => boolean,
  { tilde, screen }: { tilde: (text: string) => string; screen: Screen },
): string {
  return table(
    [
      { title: '', ...(screen.isTerminal && { least: LEAST.number }) },
      { title: 'STEP', ...(screen.isTerminal && { least: LEAST.step }) },
      { title: '', ...(screen.isTerminal && { least: LEAST.outcome }) },
      { title: 'WHAT', fit: 'wrap' },
    ],
    findings.map((finding, index) => [
      `${index + 1}`,
      finding.step,
      { text: finding.outcome, style: OUTCOME_STYLES[finding.outcome] },
      isBelow(finding) ? 'see below' : tilde(finding.text),
    ]),
    screen,
  );
}

/** The command has a line of its own and is never wrapped, so that it can be copied. */
export function fixText(where: string, { command, by, notes: more = [] }: Finding, screen: Screen): string {
  const who = by === undefined ? 'Run' : `${by.charAt(0).toUpperCase()}${by.slice(1)} runs`;
  const can = by === undefined ? '' : `${who.replace(/ runs$/, '')} can fix it.`;
  const line = [where, command === undefined ? can : `${who}:`].filter((part) => part !== '').join(' ');
  return [
    line === '' ? '' : notes([{ note: line }], screen),
    command === undefined ? '' : `  ${printable(command)}\n`,
    notes(
      more.map((note) =>
        note.startsWith('  ') ? { note: note.slice(2), indent: 2, fit: 'whole' } : { note },
      ),
      screen,
    ),
  ].join('');
}

/** Why the exit status is 1 although no step failed. */
export function strictNotes(warned: number): Note[] {
  if (warned === 0) return [];
  const text =
    warned === 1
      ? '1 warning: --strict counts it as a failure.'
      : `${warned} warnings: --strict counts them as failures.`;
  return [{ note: { text, style: 'yellow' } }];
}

function conclusion(
  findings: readonly Finding[],
  { push, for: consumer }: Pick<DoctorOptions, 'push' | 'for'>,
): Cell {
  if (findings.every(({ outcome }) => outcome === 'unknown')) {
    return { text: 'Whether something is wrong is not known.', style: 'yellow' };
  }
  const text = () => {
    if (findings.some(({ outcome }) => outcome === 'unknown')) {
      return 'Nothing is wrong, as far as could be checked.';
    }
    if (consumer === 'kubelet') return 'The kubelet can pull it.';
    if (consumer !== undefined) return `Nothing is wrong for ${PLATFORM_NAMES[consumer]}.`;
    const isThere = findings.some(({ step }) => step === 'layers');
    return `It can be ${[...(isThere ? ['pulled'] : []), ...(push ? ['pushed'] : [])].join(' and ')}.`;
  };
  return { text: text(), style: 'green' };
}
