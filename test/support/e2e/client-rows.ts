// The rows of the table in docs/clients.md: those of the page, and those that a client's behaviour gives.
import { readFile } from 'node:fs/promises';
import type { Client } from './clients.ts';
import { ecrHost } from './stage.ts';

const page = new URL('../../../docs/clients.md', import.meta.url);

/** What a client did when the identity failed. */
export interface FailedFetch {
  readonly stdout: string;
  readonly stderr: string;
  /** The end of the helper's line. */
  readonly fix: string;
  /** The calls of its helper, from `recordCalls`. */
  readonly calls: readonly string[];
}

/** The client's name → its row. */
export async function rowsOfPage(): Promise<Map<string, string>> {
  const lines = (await readFile(page, 'utf8')).split('\n').filter((line) => line.startsWith('| '));
  // Skips the table's header row.
  return new Map(lines.slice(1).map((row) => [row.split(' | ')[0]?.slice(2) ?? '', row]));
}

/** The row that the client's behaviour gives. `calls`: its calls to the helper while it fetched. */
export function clientRow(client: Client, calls: readonly string[], failed: FailedFetch): string {
  // The only special character of a regular expression in these texts is the dot.
  const line = new RegExp(`ecr-xacct: ${ecrHost}: .*?${failed.fix}`, 'g');
  // An engine falls back to HTTP only on loopback.
  const output = `${failed.stderr}\n${failed.stdout}`
    .replaceAll(line, 'LINE')
    .replaceAll(ecrHost, 'HOST')
    .replaceAll('http://HOST', 'https://HOST');
  const lines = output
    .split('\n')
    .map((text) => text.trim())
    .filter((text) => text !== '');
  const shown = lines.includes('LINE') ? 'yes' : 'no';
  const cells = [client.name, client.version(), asked(calls, failed.calls), shown, code(ownWords(lines))];
  return `| ${cells.join(' | ')} |`;
}

function asked(calls: readonly string[], whenFailed: readonly string[]): string {
  const once = [...new Set(calls)].map((call) => code(call.replace(ecrHost, 'HOST').replace('\n', '⏎')));
  const times = (count: number) => (count === 1 ? 'once' : `${count} times`);
  const failures = calls.length === whenFailed.length ? '' : `; a failure: ${times(whenFailed.length)}`;
  return `${once.join(', ')} ${times(calls.length)}${failures}`;
}

/** The sentence with the client's reason: that with the helper's line, or the last one. */
function ownWords(lines: readonly string[]): string {
  const own = lines.find((text) => text !== 'LINE' && text.includes('LINE')) ?? lines.at(-1) ?? '';
  return own.replace(/^time="[^"]*" |^\* /, '');
}

/** A code span, which may have backticks inside, in a cell of a table. */
function code(text: string): string {
  const escaped = text.replaceAll('|', '\\|');
  return escaped.includes('`') ? `\`\` ${escaped} \`\`` : `\`${escaped}\``;
}
