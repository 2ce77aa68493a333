// The man pages: packaging/man/, filled in with the program's own commands, variables and keys.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command, Option } from 'commander';
import { VARIABLES } from '../../src/variables.ts';
import { commandsBelow, commandTree, configKeys, helpOf, type Key } from '../docs/reference.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export const MAN_PAGES = [
  ...['docker-credential-ecr-xacct.1', 'ecr-xacct-credential-provider.1'],
  ...['ecr-xacct.1', 'ecr-xacct-config.5'],
] as const;

export interface ManSources {
  readonly version: string;
  /** Epoch seconds. */
  readonly epoch: number;
}

/** Each page's text, in mdoc(7). */
export function manPages({ version, epoch }: ManSources): Map<string, string> {
  const keys = configKeys();
  const values: Record<string, string> = {
    VERSION: version,
    DATE: mdocDate(epoch),
    COMMANDS: commandsOf(commandTree(version)),
    ENVIRONMENT: variables(),
    KEYS: tagged(keys.config),
    RULE: tagged(keys.rule),
  };
  return new Map(
    MAN_PAGES.map((page) => {
      const template = readFileSync(join(root, 'packaging', 'man', `${page}.in`), 'utf8');
      return [page, template.replace(/@([A-Z]+)@/g, (placeholder, name) => values[name] ?? placeholder)];
    }),
  );
}

function mdocDate(epoch: number): string {
  const options = { year: 'numeric', month: 'long', day: 'numeric', timeZone: 'UTC' } as const;
  return new Date(epoch * 1_000).toLocaleDateString('en-US', options);
}

function commandsOf(parent: Command, path = 'ecr-xacct'): string {
  const help = parent.createHelp();
  return commandsBelow(parent)
    .flatMap((command) => {
      const own = `${path} ${command.name()}`;
      const options = help.visibleOptions(command).filter(({ long }) => long !== '--help');
      return [
        `.Ss ${roff(own)}`,
        `.D1 ${roff(help.commandUsage(command))}`,
        '.Pp',
        `${prose(sentence(command.description()))}`,
        ...(options.length === 0 ? [] : ['.Bl -tag -width Ds', ...options.flatMap(optionItem), '.El']),
        ...literal(textAfter(command)),
        ...(command.commands.length === 0 ? [] : [commandsOf(command, own)]),
      ];
    })
    .join('\n');
}

function optionItem({ short, long, flags, description }: Option): string[] {
  const value = /[<[]([^\]>]+)[\]>]/.exec(flags);
  const isOptional = flags.includes('[');
  const names = [short?.slice(1), long?.replace(/^--/, '\\-')].filter((name) => name !== undefined);
  const term = names.map((name) => `Fl ${name}`).join(' , ');
  return [
    `.It ${term}${value === null ? '' : `${isOptional ? ' Op' : ''} Ar ${roff(value[1] ?? '')}`}`,
    prose(description),
  ];
}

/** The text below the options in a command's help. */
function textAfter(command: Command): string {
  return helpOf(command).slice(command.helpInformation().length).trim();
}

function literal(text: string): string[] {
  return text === '' ? [] : ['.Bd -literal', ...text.split('\n').map(roff), '.Ed'];
}

function variables(): string {
  const rows = VARIABLES.map(
    ({ name, meaning }) => `.It Ev ${roff(name)}\n${prose(meaning.replaceAll('`', ''))}`,
  );
  return ['.Bl -tag -width Ds', ...rows, '.El'].join('\n');
}

function tagged(keys: readonly Key[]): string {
  return keys
    .map(({ name, meaning, byDefault }) => {
      const given = byDefault === undefined ? '' : ` Default: ${byDefault}.`;
      return `.It Ic ${roff(name)}\n${prose(`${meaning}${given}`)}`;
    })
    .join('\n');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** One line for each sentence, which mdoc(7) expects. */
function prose(text: string): string {
  return roff(text).replaceAll(/([.;:]) (?=\S)/g, (_, stop) => (stop === '.' ? '.\n' : `${stop} `));
}

/** One line of text without requests or escapes; its hyphens can be pasted into a shell. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('→', '\\(->')
    .replaceAll('…', '...')
    .replace(/^(?=[.'])/, '\\&');
}
