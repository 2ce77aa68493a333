// What `ecr-xacct explain` shows.
import { clockGapText, expiredOnArrivalText, setClock } from '../aws-clock.ts';
import { printable } from '../errors.ts';
import type { ExplainedCandidate, ExplainedStep, Explanation } from '../helper/explain.ts';
import { hintText } from '../hint.ts';
import { durationText } from '../terminal/duration-text.ts';
import type { Screen } from '../terminal/screen.ts';
import { type Note, notes, table } from '../terminal/table.ts';

const STEP_NAMES = {
  override: 'ECR_XACCT_PROFILE',
  rule: 'rule',
  environment: 'environment',
  discovery: '~/.aws/config',
  default: 'default chain',
} as const;

const OUTCOMES = { yes: 'green', no: 'dim', later: 'dim' } as const;

export function explanationText(explanation: Explanation, screen: Screen): string {
  const { registry, login } = explanation;
  if (registry === undefined) return notes(foreignNotes(explanation), screen);
  const sections = [
    [
      screen.paint('bold', printable(explanation.hostname)),
      ...registryLines(explanation).map((line) => `  ${printable(line)}`),
    ].join('\n'),
    table(
      [{ title: '' }, { title: 'STEP' }, { title: '' }, { title: 'WHY', fit: 'wrap' }],
      explanation.steps.map(stepRow),
      screen,
    ).trimEnd(),
    login === undefined
      ? ''
      : notes([{ note: `docker login brought a credential of ${login}: it comes first.` }], screen).trimEnd(),
    notes(identityNotes(explanation), screen).trimEnd(),
    notes(clockNotes(explanation), screen).trimEnd(),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function registryLines({ hostname, registry }: Explanation): string[] {
  if (registry === undefined) return [];
  const { account, region, partition, fips, dualStack } = registry;
  const variant = [fips ? 'FIPS' : '', dualStack ? 'dual-stack' : ''].filter((word) => word !== '');
  const what =
    registry.service === 'ecr-public' ? ['ECR Public'] : account === undefined ? [] : [`account ${account}`];
  const lines = [[...what, `region ${region}`, `partition ${partition}`, ...variant].join(', ')];
  return registry.hostname === hostname ? lines : [`stands for ${registry.hostname}`, ...lines];
}

function foreignNotes({ hostname, fallbackHelper }: Explanation): Note[] {
  return [
    { note: { text: hostname, style: 'bold' } },
    {
      note:
        fallbackHelper === undefined
          ? 'is neither an ECR registry nor in config.yaml: it is given no credential, and Docker goes on without one.'
          : `is neither an ECR registry nor in config.yaml: docker-credential-${fallbackHelper} answers for it (fallback_helper).`,
      indent: 2,
    },
  ];
}

function stepRow({ step, outcome, why }: ExplainedStep, index: number) {
  const style = OUTCOMES[outcome];
  return [`${index + 1}`, STEP_NAMES[step], { text: outcome, style }, why];
}

function identityNotes(explanation: Explanation): Note[] {
  const { candidates, chosen, caller, error, learnt, unknown } = explanation;
  const lines: Note[] = [];
  for (const [index, candidate] of candidates.entries()) {
    if (candidates.length > 1 || index === chosen) {
      lines.push(...candidateNotes(candidate, index === chosen, candidates.length > 1));
    }
  }
  if (caller !== undefined) lines.push({ note: `AWS says: ${caller.arn}`, indent: 2 });
  if (candidates.length === 0 && error === undefined) {
    for (const text of learnt) lines.push({ note: `Asked before: ${text}.` });
  }
  if (unknown.length > 0) {
    lines.push({
      note: `Only AWS knows the account of: ${unknown.join(', ')}. A pull asks, and so does --mint.`,
    });
  }
  if (error !== undefined) {
    lines.push({ note: { text: `Failed: ${error.message}`, style: 'red' } });
    if (error.hint !== undefined) lines.push({ note: hintText(error.hint), indent: 2 });
  }
  const pin = explanation.pin;
  if (pin !== undefined) {
    lines.push({ note: '' }, { note: 'To pin it, whatever else comes, under registries: in config.yaml:' });
    lines.push({ note: pin, indent: 2, fit: 'shorten' });
  }
  return lines;
}

function clockNotes({ expiredOnArrival, clockGap }: Explanation): Note[] {
  const lines: Note[] = [];
  if (expiredOnArrival !== undefined) {
    lines.push({ note: `Its token ${expiredOnArrivalText(expiredOnArrival)}.` });
  }
  if (clockGap !== undefined) {
    lines.push({ note: `Note: ${clockGapText(clockGap)}.` }, { note: hintText(setClock()), indent: 2 });
  }
  return lines;
}

function candidateNotes(
  { identity, chain, token, mfa, problem }: ExplainedCandidate,
  isChosen: boolean,
  isOneOfSeveral: boolean,
): Note[] {
  const isMarked = isOneOfSeveral && isChosen;
  const own = isOneOfSeveral && !isChosen ? 2 : 0;
  const below = isOneOfSeveral ? 4 : 2;
  const text = isMarked ? `→ ${identity}` : identity;
  const lines: Note[] = [{ note: { text, style: isChosen ? 'bold' : 'dim' }, indent: own }];
  const add = (note: string) => lines.push({ note, indent: below });
  if (problem !== undefined) lines.push({ note: { text: problem, style: 'red' }, indent: below });
  else add(chain.join(' → '));
  if (mfa !== undefined) {
    const left =
      mfa.sessionLeftMs === undefined ? 'no session' : `a session for ${durationText(mfa.sessionLeftMs)}`;
    add(`MFA: ${mfa.serial}, ${left}`);
  }
  if (token !== undefined) {
    add(
      `token in memory: expires in ${durationText(token.leftMs)}, served ${token.served} ×, minted ${token.mints} ×`,
    );
  } else if (isChosen) add('no token in memory');
  return lines;
}
