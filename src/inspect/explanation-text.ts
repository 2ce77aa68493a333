// What `ecr-xacct explain` prints.
import { clockGapText, expiredOnArrivalText, setClock } from '../aws-clock.ts';
import { HUB } from '../docker/image-domain.ts';
import { printable } from '../errors.ts';
import type { ExplainedStep, Explanation } from '../helper/explain.ts';
import type { ExplainedCandidate } from '../helper/explained-candidate.ts';
import { command, hintText } from '../hint.ts';
import { regionMeant } from '../registry/region-names.ts';
import { durationText } from '../terminal/duration-text.ts';
import { hintNotes } from '../terminal/hint-notes.ts';
import type { Screen } from '../terminal/screen.ts';
import { type Note, notes, table } from '../terminal/table.ts';
import type { Conclusion } from './conclusion.ts';
import type { ForeignHost } from './foreign-host.ts';
import { awaitedText } from './sign-in.ts';

const STEP_NAMES = {
  override: 'ECR_XACCT_PROFILE',
  rule: 'rule',
  environment: 'environment',
  discovery: '~/.aws/config',
  default: 'default chain',
} as const;

const OUTCOMES = { yes: 'green', no: 'dim', later: 'dim' } as const;

/** An explanation and its conclusion. */
export interface Concluded {
  explanation: Explanation;
  /** Present if it has no registry. */
  foreign?: ForeignHost;
  /** Present if it has a registry. */
  conclusion?: Conclusion;
}

export function explanationText(
  { explanation, foreign, conclusion = {} }: Concluded,
  screen: Screen,
): string {
  const { registry, login } = explanation;
  if (registry === undefined) return notes(foreignNotes(explanation, foreign), screen);
  const sections = [
    [
      screen.paint('bold', printable(explanation.hostname)),
      notes(
        registryLines(explanation).map((note) => ({ note, indent: 2 })),
        screen,
      ).trimEnd(),
    ].join('\n'),
    table(
      [{ title: '' }, { title: 'STEP' }, { title: '' }, { title: 'WHY', fit: 'wrap' }],
      explanation.steps.map(stepRow),
      screen,
    ).trimEnd(),
    login === undefined
      ? ''
      : notes([{ note: `docker login brought a credential of ${login}: it comes first.` }], screen).trimEnd(),
    notes(identityNotes(explanation, conclusion, screen), screen).trimEnd(),
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
  const meant = regionMeant(region);
  const where = meant === undefined ? `region ${region}` : `region ${region} (did you mean ${meant}?)`;
  const lines = [[...what, where, `partition ${partition}`, ...variant].join(', ')];
  return registry.hostname === hostname ? lines : [`is a name for ${registry.hostname}`, ...lines];
}

function foreignNotes({ hostname }: Explanation, foreign: ForeignHost | undefined): Note[] {
  const near = foreign?.nearMiss;
  const what =
    hostname === HUB ? 'is Docker Hub, not an ECR registry' : 'is neither an ECR registry nor in config.yaml';
  const lines: Note[] = [
    { note: { text: hostname, style: 'bold' } },
    { note: `${what}: ecr-xacct gives no credential for it.`, indent: 2 },
  ];
  if (foreign !== undefined) lines.push({ note: foreign.servedBy, indent: 2 });
  if (near === undefined) return lines;
  const { faults, meant } = near;
  lines.push({ note: '' }, { note: 'It is nearly one of ECR:' });
  for (const fault of faults) lines.push({ note: { text: fault, style: 'red' }, indent: 2 });
  if (meant !== undefined) {
    const run = command`ecr-xacct explain ${meant}`;
    lines.push(
      { note: `→ did you mean ${meant}?`, fit: 'whole' },
      { note: hintText({ run }), indent: 2, fit: 'whole' },
    );
  }
  return lines;
}

function stepRow({ step, outcome, why }: ExplainedStep, index: number) {
  const style = OUTCOMES[outcome];
  return [`${index + 1}`, STEP_NAMES[step], { text: outcome, style }, why];
}

function identityNotes(explanation: Explanation, conclusion: Conclusion, screen: Screen): Note[] {
  const { candidates, chosen, caller, learnt, unknown, passedOver = [] } = explanation;
  const isConcluded = conclusion.identity !== undefined;
  const lines: Note[] = [];
  for (const [index, candidate] of candidates.entries()) {
    const isChosen = index === chosen;
    lines.push(...candidateNotes(candidate, { isChosen, isUsed: isConcluded && isChosen, screen }));
  }
  if (caller !== undefined) lines.push({ note: `AWS says: ${caller.arn}`, indent: 2 });
  for (const { profile, problem } of passedOver) {
    lines.push({ note: { text: `profile ${profile}`, style: 'dim' }, indent: 2 });
    lines.push({ note: { text: `passed over: ${problem}`, style: 'red' }, indent: 4 });
  }
  if (candidates.length === 0 && conclusion.why === undefined) {
    for (const text of learnt) lines.push({ note: `Asked before: ${text}.` });
  }
  if (unknown.length > 0) {
    lines.push({
      note: `Only AWS knows the account of: ${unknown.join(', ')}. A pull asks, and so does --mint.`,
    });
  }
  return [
    ...lines,
    ...(lines.length > 0 && !isConcluded ? [{ note: '' }] : []),
    ...conclusionNotes(explanation, conclusion, screen),
  ];
}

function conclusionNotes(
  { error, pin, pinCommand }: Explanation,
  { identity, why, fix, see, signIn }: Conclusion,
  screen: Screen,
): Note[] {
  const lines: Note[] = [];
  if (identity === undefined) {
    lines.push({ note: { text: error === undefined ? '→ no identity' : '→ no token', style: 'bold' } });
    if (why !== undefined) lines.push({ note: { text: why, style: 'red' }, indent: 2 });
    if (fix !== undefined) lines.push(...hintNotes(fix, 2, screen));
    return lines;
  }
  if (signIn !== undefined) {
    lines.push({ note: { text: awaitedText(signIn), style: 'red' }, indent: 4 });
    if (signIn.fix !== undefined) lines.push(...hintNotes(signIn.fix, 4, screen));
  }
  if (see !== undefined) {
    lines.push({ note: 'Pods pull here by their service accounts; docker pull has no identity.' });
    lines.push(...hintNotes(see, 2, screen));
  }
  if (pin !== undefined) {
    lines.push({ note: '' }, { note: 'To always use it, add under registries: in config.yaml:' });
    lines.push({ note: pin, indent: 2, fit: 'shorten' });
    if (pinCommand !== undefined)
      lines.push({ note: 'or have it added:' }, ...hintNotes({ run: pinCommand }, 2, screen));
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
  { identity, chain, token, mfa, problem, fix, isOfPods }: ExplainedCandidate,
  { isChosen, isUsed, screen }: { isChosen: boolean; isUsed: boolean; screen: Screen },
): Note[] {
  const text = isUsed ? `→ ${identity}` : identity;
  const lines: Note[] = [{ note: { text, style: isUsed ? 'bold' : 'dim' }, indent: isUsed ? 0 : 2 }];
  const add = (note: Note['note']) => lines.push({ note, indent: 4 });
  if (problem !== undefined) add({ text: problem, style: 'red' });
  else if (chain.join() !== identity) add(chain.join(' → '));
  // The conclusion has the fix of the chosen one.
  if (fix !== undefined && !isChosen) lines.push(...hintNotes(fix, 4, screen));
  if (mfa !== undefined) {
    const left =
      mfa.sessionLeftMs === undefined ? 'no session' : `a session for ${durationText(mfa.sessionLeftMs)}`;
    add(`MFA: ${mfa.serial}, ${left}`);
  }
  if (token !== undefined) {
    add(
      `token in memory: expires in ${durationText(token.leftMs)}, served ${token.served} ×, got from ECR ${token.mints} ×`,
    );
  } else if (isUsed && !isOfPods) add('no token in memory');
  return lines;
}
