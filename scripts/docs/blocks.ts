// The generated parts of docs/, by name, in Markdown.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { ERROR_HELP } from '../../src/error-help.ts';
import { VARIABLES } from '../../src/variables.ts';
import { VERSION } from '../project.ts';
import { commandsBelow, commandTree, configKeys, helpOf, type Key } from './reference.ts';
import { messagesIn } from './texts-in.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A block begins with its name: `<!-- made: NAME -->` … `<!-- end -->`. */
const BLOCK = /(?<=^<!-- made: ([a-z-]+) -->\n)[\s\S]*?(?=^<!-- end -->$)/gm;

const BLOCKS: Readonly<Record<string, () => string>> = {
  commands: () => commandSections(commandTree(VERSION)).join('\n'),
  variables: () =>
    table(
      ['variable', 'meaning'],
      VARIABLES.map(({ name, meaning }) => [`\`${name}\``, meaning]),
    ),
  'config-keys': () => keyTable(configKeys().config),
  'rule-keys': () => keyTable(configKeys().rule),
  errors: errorSections,
};

/** The page with its blocks up to date. @throws Error for an unknown block. */
export function pageOfNow(page: string): string {
  return page.replace(BLOCK, (_, name: string) => {
    const make = BLOCKS[name];
    if (make === undefined) throw new Error(`there is no block ${name}`);
    return `\n${make().trim()}\n\n`;
  });
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads), `|${heads.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

function keyTable(keys: readonly Key[]): string {
  return table(
    ['key', 'meaning', 'default'],
    keys.map(({ name, meaning, byDefault }) => [
      `\`${name}\``,
      meaning,
      byDefault === undefined ? '' : `\`${byDefault}\``,
    ]),
  );
}

function commandSections(command: Command, path = 'ecr-xacct'): string[] {
  const own = `## \`${path}\`\n\n\`\`\`\n${helpOf(command).trimEnd()}\n\`\`\`\n`;
  const below = commandsBelow(command).flatMap((one) => commandSections(one, `${path} ${one.name()}`));
  return [own, ...below];
}

/** In a message, `…` stands for a name or a number. */
function errorSections(): string {
  const messages = globSync('src/**/*.ts', { cwd: root })
    .toSorted()
    .flatMap((file) => messagesIn(file, readFileSync(join(root, file), 'utf8')));
  return Object.entries(ERROR_HELP)
    .map(([code, { cause, fix }]) => {
      const own = messages.filter((message) => message.code === code).map(({ text }) => text);
      const list = [...new Set(own)].map((text) => `    ${text}\n`).join('');
      return `## ${code}\n\n${cause}\n\n**Fix:** ${fix}\n${list === '' ? '' : `\n${list}`}`;
    })
    .join('\n');
}
