// The output of `ecr-xacct access --format csv`: one line for each principal and statement, for other programs.
import { printable } from '../errors.ts';
import type { AccessReport, FoundStatement } from './access-report.ts';
import { mayOf, policyOf, shownStatements, whereOf } from './access-text.ts';

const COLUMNS = [
  'registry',
  'who',
  'may',
  'where',
  'policy',
  'statement',
  'effect',
  'conditions',
  'warnings',
];

/** https://www.rfc-editor.org/rfc/rfc4180, but with Unix line breaks. */
export function accessCsv(report: AccessReport): string {
  const rows = shownStatements(report).flatMap((statement) => rowsOf(report.hostname, statement));
  return [COLUMNS, ...rows].map((row) => `${row.map(field).join(',')}\n`).join('');
}

function rowsOf(hostname: string, statement: FoundStatement): string[][] {
  const { who, sid, effect, conditions, warnings } = statement;
  const rest = [mayOf(statement), whereOf(statement), policyOf(statement), sid, effect];
  return who.map((name) => [hostname, name, ...rest, conditions.join('; '), warnings.join('; ')]);
}

/**
 * A spreadsheet reads a cell with such a beginning as a formula, and an apostrophe makes it text. A policy may have
 * been written by other people.
 */
const FORMULA = /^[=+@\t-]/;

function field(text: string): string {
  const shown = printable(text);
  const plain = FORMULA.test(shown) ? `'${shown}` : shown;
  return /[",]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
