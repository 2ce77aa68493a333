// Owns the rows of the table in docs/clients.md: as they are on the page, and as they follow from what a client did.
import { readFile } from 'node:fs/promises';
import type { Client } from './clients.ts';
import { ecrHost } from './stage.ts';

const page = new URL('../../../docs/clients.md', import.meta.url);

/** What a client did with an identity that fails. */
export interface FailedFetch {
  readonly stdout: string;
  readonly stderr: string;
  /** How the helper's line ends. */
  readonly fix: string;
  /** Of its helper, as `recordCalls` has them. */
  readonly calls: readonly string[];
}

/** The client's name → its row. */
export async function rowsOfPage(): Promise<Map<string, string>> {
  const lines = (await readFile(page, 'utf8')).split('\n').filter((line) => line.startsWith('| '));
  // Behind the head of the table.
  return new Map(lines.slice(1).map((row) => [row.split(' | ')[0]?.slice(2) ?? '', row]));
}

/** The row that is true of a client: `calls` of its helper where it fetched. */
export function clientRow(client: Client, calls: readonly string[], failed: FailedFetch): string {
  // In neither is another sign of an expression than a dot.
  const line = new RegExp(`ecr-xacct: ${ecrHost}: .*?${failed.fix}`, 'g');
  // An engine falls back to HTTP on loopback only.
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

/** The sentence in which a client says why: it has the helper's line inside, or is the last that it says. */
function ownWords(lines: readonly string[]): string {
  const own = lines.find((text) => text !== 'LINE' && text.includes('LINE')) ?? lines.at(-1) ?? '';
  return own.replace(/^time="[^"]*" |^\* /, '');
}

/** A span that may have backticks inside, in a cell of a table. */
function code(text: string): string {
  const escaped = text.replaceAll('|', '\\|');
  return escaped.includes('`') ? `\`\` ${escaped} \`\`` : `\`${escaped}\``;
}
