// What `ecr-xacct access` shows.
import { printable } from '../errors.ts';
import { readOwn } from '../policy/own-statement.ts';
import { listOf } from '../policy/policy-document.ts';
import { matchesWildcard } from '../policy/wildcard.ts';
import type { Screen } from '../terminal/screen.ts';
import { type Cell, type Column, type Note, notes, table } from '../terminal/table.ts';
import type { AccessReport, FoundStatement } from './access-report.ts';

const COLUMNS: readonly Column[] = [
  // However long: half a name is no answer, and half an ARN is found by no grep.
  { title: 'WHO' },
  { title: 'MAY', fit: 'wrap' },
  { title: 'WHERE', fit: 'shorten' },
  { title: 'POLICY' },
  { title: 'STATEMENT', fit: 'shorten' },
];

export function accessText(report: AccessReport, screen: Screen): string {
  const { hostname, repository, statements, unread, scope } = report;
  const title = screen.paint('bold', printable(repository ? `${hostname}/${repository}` : hostname));
  const shown = statements.filter((statement) => concerns(statement, repository));
  const body =
    shown.length === 0
      ? notes([{ note: noneText(unread), indent: 2 }], screen)
      : table(COLUMNS, shown.flatMap(rowsOf), screen);
  const remarks: Note[] = [
    ...scopeNotes(scope, shown),
    ...shown.flatMap(({ warnings, ...statement }) =>
      warnings.map(
        (warning): Note => ({
          note: {
            text: `Warning: ${statement.sid} of the ${policyOf(statement)} policy: ${warning}`,
            style: 'yellow',
          },
        }),
      ),
    ),
    ...unread.map((text): Note => ({ note: { text: `Not read: ${text}`, style: 'yellow' } })),
  ];
  return `${title}\n\n${body}${remarks.length === 0 ? '' : `\n${notes(remarks, screen)}`}`;
}

function noneText(unread: AccessReport['unread']): string {
  const what = 'obody of another account is let in by a policy';
  return unread.length === 0 ? `N${what}.` : `N${what} that could be read.`;
}

/** Whether a statement of the registry's policy is about the repository at all. */
function concerns(found: FoundStatement, repository: string | undefined): boolean {
  const { repository: of, resources, statement } = found;
  if (of !== undefined || repository === undefined || resources.length === 0) return true;
  // What is no pattern of this registry stays in sight.
  if (statement.NotResource !== undefined) return true;
  return resources.some((pattern) => pattern.startsWith('arn:') || matchesWildcard(repository, pattern));
}

function rowsOf(statement: FoundStatement): (readonly Cell[] | Note)[] {
  const { who, effect } = statement;
  // Of an organization, who it is says it all.
  const conditions = statement.ours && isOfOrganization(statement) ? [] : statement.conditions;
  const style = effect === 'Deny' ? 'red' : undefined;
  const cell = (text: string): Cell => (style === undefined ? text : { text, style });
  const where = statement.repository ?? (statement.resources.join(', ') || '*');
  return [
    ...who.map((name) => [cell(name), cell(mayOf(statement)), where, policyOf(statement), statement.sid]),
    ...conditions.map((text): Note => ({ note: { text: `only if ${text}`, style: 'dim' }, indent: 2 })),
  ];
}

function isOfOrganization({ statement }: FoundStatement): boolean {
  const kind = readOwn(statement)?.kind;
  return kind === 'PullOrg' || kind === 'PushOrg';
}

/** Whole pulls and pushes by their name, anything else as it is written. */
function mayOf({ effect, pull, push, other, statement }: FoundStatement): string {
  const isPart = pull === 'some' || push === 'some';
  const whole = [...(pull === 'all' ? ['pull'] : []), ...(push === 'all' ? ['push'] : [])];
  const isOther = statement.NotAction !== undefined;
  const words = isOther ? other : isPart ? listOf(statement.Action) : [...whole, ...other];
  const may = words.join(', ') || 'nothing';
  return effect === 'Deny' ? `not ${may}` : may;
}

function policyOf({ repository }: Pick<FoundStatement, 'repository'>): string {
  return repository === undefined ? 'registry' : 'repository';
}

function scopeNotes(scope: AccessReport['scope'], shown: readonly FoundStatement[]): Note[] {
  if (scope !== 'V1' || !shown.some(({ repository }) => repository === undefined)) return [];
  return [
    {
      note: {
        text: "Warning: the registry's policy scope is V1: its statements let nobody pull or push. To change that, run: ecr-xacct grant PRINCIPAL --on HOST --upgrade-scope",
        style: 'yellow',
      },
    },
  ];
}
