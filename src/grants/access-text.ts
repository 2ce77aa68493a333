// The output of `ecr-xacct access` on a terminal.
import { printable } from '../errors.ts';
import { readOwn } from '../policy/own-statement.ts';
import { listOf } from '../policy/policy-document.ts';
import { matchesWildcard } from '../policy/wildcard.ts';
import type { Screen } from '../terminal/screen.ts';
import { type Cell, type Column, type Note, notes, table } from '../terminal/table.ts';
import type { AccessReport, FoundStatement } from './access-report.ts';

const COLUMNS: readonly Column[] = [
  // Never cut: half a name is no answer, and grep does not find half an ARN.
  { title: 'WHO' },
  { title: 'MAY', fit: 'wrap' },
  { title: 'WHERE', fit: 'shorten' },
  { title: 'POLICY' },
  { title: 'STATEMENT', fit: 'shorten' },
];

export function accessText(report: AccessReport, screen: Screen): string {
  const { hostname, repository, unread } = report;
  const title = screen.paint('bold', printable(repository ? `${hostname}/${repository}` : hostname));
  const shown = shownStatements(report);
  const body =
    shown.length === 0
      ? notes([{ note: noneText(unread), indent: 2 }], screen)
      : table(COLUMNS, shown.flatMap(rowsOf), screen);
  const remarks = remarksOf(report);
  const lines = remarks.map((text): Note => ({ note: { text, style: 'yellow' } }));
  return `${title}\n\n${body}${lines.length === 0 ? '' : `\n${notes(lines, screen)}`}`;
}

/** The statements that apply to the repository, or all. */
export function shownStatements({ statements, repository }: AccessReport): FoundStatement[] {
  return statements.filter((statement) => concerns(statement, repository));
}

/** Other facts about the report, one line each. */
export function remarksOf(report: AccessReport): string[] {
  const shown = shownStatements(report);
  return [
    ...scopeRemarks(report, shown),
    ...shown.flatMap(({ warnings, ...statement }) =>
      warnings.map((text) => `Warning: ${statement.sid} of the ${policyOf(statement)} policy: ${text}`),
    ),
    ...report.unread.map((text) => `Not read: ${text}`),
  ];
}

function noneText(unread: AccessReport['unread']): string {
  const what = 'No policy lets another account in';
  return unread.length === 0 ? `${what}.` : `${what}, as far as they could be read.`;
}

/** Whether a statement of the registry's policy applies to the repository at all. */
function concerns(found: FoundStatement, repository: string | undefined): boolean {
  const { repository: of, resources, statement } = found;
  if (of !== undefined || repository === undefined || resources.length === 0) return true;
  // A resource that is not a pattern of this registry is always shown.
  if (statement.NotResource !== undefined) return true;
  return resources.some((pattern) => pattern.startsWith('arn:') || matchesWildcard(repository, pattern));
}

function rowsOf(statement: FoundStatement): (readonly Cell[] | Note)[] {
  const { who, effect } = statement;
  // For an organization, the name of the grantee already contains the condition.
  const conditions = statement.ours && isOfOrganization(statement) ? [] : statement.conditions;
  const style = effect === 'Deny' ? 'red' : undefined;
  const cell = (text: string): Cell => (style === undefined ? text : { text, style });
  const where = whereOf(statement);
  return [
    ...who.map((name) => [cell(name), cell(mayOf(statement)), where, policyOf(statement), statement.sid]),
    ...conditions.map((text): Note => ({ note: { text: `only if ${text}`, style: 'dim' }, indent: 2 })),
  ];
}

function isOfOrganization({ statement }: FoundStatement): boolean {
  const kind = readOwn(statement)?.kind;
  return kind === 'PullOrg' || kind === 'PushOrg';
}

/** The repository, or the patterns of the registry's policy. */
export function whereOf({ repository, resources }: FoundStatement): string {
  return repository ?? (resources.join(', ') || '*');
}

/** A complete pull or push by its name, other actions as written. */
export function mayOf({ effect, pull, push, other, statement }: FoundStatement): string {
  const isPart = pull === 'some' || push === 'some';
  const whole = [...(pull === 'all' ? ['pull'] : []), ...(push === 'all' ? ['push'] : [])];
  const isOther = statement.NotAction !== undefined;
  const words = isOther ? other : isPart ? listOf(statement.Action) : [...whole, ...other];
  const may = words.join(', ') || 'nothing';
  return effect === 'Deny' ? `not ${may}` : may;
}

export function policyOf({ repository }: Pick<FoundStatement, 'repository'>): string {
  return repository === undefined ? 'registry' : 'repository';
}

function scopeRemarks(
  { scope, scopeUnread, hostname }: AccessReport,
  shown: readonly FoundStatement[],
): string[] {
  if (scope === 'V2' || !shown.some(({ repository }) => repository === undefined)) return [];
  const upgrade = `ecr-xacct grant PRINCIPAL --on ${hostname} --upgrade-scope`;
  return scope === 'V1'
    ? [
        `Warning: the registry's policy scope is V1: its statements allow no pull or push. To change that, run: ${upgrade}`,
      ]
    : [
        `Warning: the registry's policy scope is not known: if it is V1, its statements allow no pull or push: ${scopeUnread}`,
      ];
}
