// The man pages: packaging/man/, with what the program itself says of its commands, variables and keys.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command, Option } from 'commander';
import { createProgram } from '../../src/cli/program.ts';
import { configJsonSchema } from '../../src/config/json-schema.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export const MAN_PAGES = [
  ...['docker-credential-ecr-xacct.1', 'ecr-xacct-credential-provider.1'],
  ...['ecr-xacct.1', 'ecr-xacct-config.5'],
] as const;

export interface ManSources {
  readonly version: string;
  /** Epoch seconds. */
  readonly epoch: number;
  /** README.md, whose table says the environment variables. */
  readonly readme: string;
}

/** Each page's text, in mdoc(7). @throws Error where README.md or the schema has not what is looked for. */
export function manPages({ version, epoch, readme }: ManSources): Map<string, string> {
  const keys = schemaKeys(configJsonSchema());
  const values: Record<string, string> = {
    VERSION: version,
    DATE: mdocDate(epoch),
    COMMANDS: commandsOf(program(version)),
    ENVIRONMENT: variablesOf(readme),
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

function program(version: string): Command {
  const { stdin, stdout, stderr } = process;
  const invocation = { self: ['ecr-xacct'], env: {}, uid: undefined } as const;
  return createProgram({ invocation, version, streams: { stdin, stdout, stderr }, setStatus: () => {} });
}

function commandsOf(parent: Command, path = 'ecr-xacct'): string {
  const help = parent.createHelp();
  return help
    .visibleCommands(parent)
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

/** What a command's help says below its options. */
function textAfter(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (more) => {
      text += more;
    },
  });
  command.outputHelp();
  return text.slice(command.helpInformation().length).trim();
}

function literal(text: string): string[] {
  return text === '' ? [] : ['.Bd -literal', ...text.split('\n').map(roff), '.Ed'];
}

/** The rows of README.md's table of variables. */
function variablesOf(readme: string): string {
  const table = /^## Environment variables\n\n\|.*\n\|[-|]+\|\n((?:\|.*\n)+)/m.exec(readme)?.[1];
  if (table === undefined) throw new Error('README.md has no table under "Environment variables"');
  const rows = table
    .trim()
    .split('\n')
    .map((row) => {
      const [, term = '', meaning = ''] = /^\| `([^`]+)` \| (.*) \|$/.exec(row) ?? [];
      return `.It Ev ${roff(term)}\n${prose(meaning.replaceAll('`', ''))}`;
    });
  return ['.Bl -tag -width Ds', ...rows, '.El'].join('\n');
}

type Schema = ReturnType<typeof configJsonSchema>;
type Keys = readonly (readonly [string, Schema])[];

/** The keys of the file and of a rule, each with its description. */
function schemaKeys(schema: Schema): { config: Keys; rule: Keys } {
  const config = keysOf(schema);
  const registries = config.find(([key]) => key === 'registries')?.[1];
  const rule = registries?.anyOf
    ?.map((node) => (typeof node === 'object' ? node.additionalProperties : undefined))
    .find((node) => typeof node === 'object' && node.properties !== undefined);
  if (typeof rule !== 'object') throw new Error('the schema of config.yaml has another form');
  return { config, rule: keysOf(rule) };
}

function keysOf({ properties = {} }: Schema): Keys {
  return Object.entries(properties).flatMap(([key, node]) =>
    typeof node === 'object' ? [[key, node] as const] : [],
  );
}

function tagged(keys: Keys): string {
  return keys
    .map(([key, { description, default: byDefault }]) => {
      if (description === undefined) throw new Error(`the schema does not describe ${key}`);
      const given = typeof byDefault === 'object' || byDefault === undefined ? '' : ` Default: ${byDefault}.`;
      return `.It Ic ${roff(key)}\n${prose(`${description}${given}`)}`;
    })
    .join('\n');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** A line each sentence, as mdoc(7) wants it. */
function prose(text: string): string {
  return roff(text).replaceAll(/([.;:]) (?=\S)/g, (_, stop) => (stop === '.' ? '.\n' : `${stop} `));
}

/** One line of text: nothing in it is a request or an escape; hyphens are those that a shell takes. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('→', '\\(->')
    .replaceAll('…', '...')
    .replace(/^(?=[.'])/, '\\&');
}
