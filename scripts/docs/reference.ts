// The program's own description of its commands and config keys, from which man pages and docs/ are made.
import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program.ts';
import { configJsonSchema } from '../../src/config/json-schema.ts';

type Schema = ReturnType<typeof configJsonSchema>;

/** A key of config.yaml or of a rule. */
export interface Key {
  readonly name: string;
  /** Sentences. */
  readonly meaning: string;
  /** As in config.yaml. */
  readonly byDefault: string | undefined;
}

/** `ecr-xacct` with all its commands. */
export function commandTree(version: string): Command {
  const { stdin, stdout, stderr } = process;
  const invocation = { self: ['ecr-xacct'], env: {}, uid: undefined } as const;
  return createProgram({ invocation, version, streams: { stdin, stdout, stderr }, setStatus: () => {} });
}

/** The subcommands that the help shows. */
export function commandsBelow(command: Command): readonly Command[] {
  return command.createHelp().visibleCommands(command);
}

/** What `--help` prints. */
export function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (more) => {
      text += more;
    },
  });
  command.outputHelp();
  return text;
}

/** The keys of the file and of a rule. @throws Error if the schema has an unexpected form. */
export function configKeys(): { config: Key[]; rule: Key[] } {
  const schema = configJsonSchema();
  const registries = schema.properties?.registries;
  const rules = typeof registries === 'object' ? (registries.anyOf ?? []) : [];
  const rule = rules
    .map((node) => (typeof node === 'object' ? node.additionalProperties : undefined))
    .find((node) => typeof node === 'object' && node.properties !== undefined);
  if (typeof rule !== 'object') throw new Error('the schema of config.yaml has another form');
  return { config: keysOf(schema), rule: keysOf(rule) };
}

function keysOf({ properties = {} }: Schema): Key[] {
  return Object.entries(properties).map(([name, node]) => {
    if (typeof node !== 'object' || node.description === undefined) {
      throw new Error(`the schema does not describe ${name}`);
    }
    const { default: byDefault, description } = node;
    const written = typeof byDefault === 'object' || byDefault === undefined ? undefined : String(byDefault);
    return { name, meaning: description, byDefault: written };
  });
}
