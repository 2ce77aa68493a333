// Completes a command line: commands and options as the help shows them, and names that this machine knows.
import { RootCommand, type Command as TabCommand } from '@bomb.sh/tab';
import type { Argument, Command, Option } from 'commander';
import type { Invocation } from '../../invocation.ts';
import { REGIONS } from '../../registry/regions.ts';
import { knownHosts, knownProfiles } from './known-names.ts';

interface Names {
  hosts: readonly string[];
  profiles: readonly string[];
}

/** Prints the proposals for the last word, in the format of the scripts. Starts no daemon. */
export async function complete(
  program: Command,
  words: readonly string[],
  invocation: Invocation,
): Promise<void> {
  const names: Names = {
    hosts: wantsHost(program, words) || isValueOf('on', words) ? await knownHosts(invocation) : [],
    profiles: isValueOf('profile', words) ? await knownProfiles(invocation.env) : [],
  };
  const root = new RootCommand();
  addCommand(root, root, program, [], names);
  root.parse([...words]);
}

function wantsHost(program: Command, words: readonly string[]): boolean {
  let command = program;
  for (const word of words) command = command.commands.find((other) => other.name() === word) ?? command;
  return command.registeredArguments.some(isHost);
}

function isHost(argument: Argument): boolean {
  return /host|image/i.test(argument.name());
}

/** Whether the last word is the value of an option. */
function isValueOf(option: string, words: readonly string[]): boolean {
  return words.at(-2) === `--${option}` || words.at(-1)?.startsWith(`--${option}=`) === true;
}

function addCommand(
  root: RootCommand,
  into: TabCommand,
  command: Command,
  path: readonly string[],
  names: Names,
): void {
  const help = command.createHelp();
  for (const option of help.visibleOptions(command)) addOption(into, option, names);
  for (const argument of command.registeredArguments) {
    const values = argument.argChoices ?? (isHost(argument) ? names.hosts : []);
    into.argument(argument.name(), offer(values), argument.variadic);
  }
  for (const sub of help.visibleCommands(command)) {
    const subPath = [...path, sub.name()];
    addCommand(root, root.command(subPath.join(' '), sub.description()), sub, subPath, names);
  }
}

function addOption(into: TabCommand, { long, short, description, ...option }: Option, names: Names): void {
  const name = long?.replace(/^--/, '');
  if (name === undefined) return;
  const alias = short?.replace(/^-/, '') ?? '';
  if (!option.required && !option.optional) into.option(name, description, alias);
  else {
    const known: Readonly<Record<string, readonly string[]>> = {
      profile: names.profiles,
      on: names.hosts,
      region: REGIONS,
    };
    into.option(name, description, offer(option.argChoices ?? known[name] ?? []), alias);
  }
}

function offer(values: readonly string[]) {
  return (add: (value: string, description: string) => void) => {
    for (const value of values) add(value, '');
  };
}
