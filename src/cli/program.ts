// `ecr-xacct`: the program for people, with its commands.
import { Command, CommanderError } from 'commander';
import { printable } from '../errors.ts';
import type { Invocation, ShowWait, Streams } from '../invocation.ts';
import { createWaits } from '../terminal/wait.ts';
import type { CommandContext } from './command.ts';
import { accessCommand } from './commands/access.ts';
import { completionCommand } from './commands/completion.ts';
import { configCommand } from './commands/config.ts';
import { daemonCommand } from './commands/daemon.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { exportCommand } from './commands/export.ts';
import { getLoginPasswordCommand } from './commands/get-login-password.ts';
import { grantCommand } from './commands/grant.ts';
import { helpCommand } from './commands/help.ts';
import { kubeletCommands } from './commands/kubelet.ts';
import { loginCommand } from './commands/login.ts';
import { logoutCommand } from './commands/logout.ts';
import { revokeCommand } from './commands/revoke.ts';
import { ruleCommand } from './commands/rule.ts';
import { setupCommand } from './commands/setup.ts';
import { statusCommand } from './commands/status.ts';

/** Grouped by purpose, in the order of the help. A command loads most of its code when it runs. */
const COMMANDS: Readonly<Record<string, Readonly<Record<string, (context: CommandContext) => void>>>> = {
  'Use registries:': {
    login: loginCommand,
    logout: logoutCommand,
    'get-login-password': getLoginPasswordCommand,
    export: exportCommand,
  },
  'See what happens, and why:': { explain: explainCommand, doctor: doctorCommand, status: statusCommand },
  'Share your own registries:': { grant: grantCommand, revoke: revokeCommand, access: accessCommand },
  'Set it up:': {
    setup: setupCommand,
    rule: ruleCommand,
    config: configCommand,
    daemon: daemonCommand,
    kubelet: kubeletCommands,
    completion: completionCommand,
  },
};

const EPILOGUE = `
Examples:
  ecr-xacct setup
  ecr-xacct explain 111122223333.dkr.ecr.us-east-1.amazonaws.com
  ecr-xacct doctor 111122223333.dkr.ecr.us-east-1.amazonaws.com/team/app:1

More: ecr-xacct help COMMAND; ecr-xacct help environment for the variables.
Exit status: 0 done, 1 failed (the reason is on stderr), 2 wrong usage,
130 a question was left with Ctrl-C.
Docker itself runs docker-credential-ecr-xacct; see its --help.`;

/** The exit status of wrong usage for every command. The status of a CommanderError is not used. */
const WRONG_USAGE = 2;

/** Runs a command line (without the program's name). @returns the exit status. @throws XacctError */
export async function runProgram(
  args: readonly string[],
  invocation: Invocation,
  version: string,
  streams: Streams,
): Promise<number> {
  let status = 0;
  const setStatus = (code: number) => {
    status = code;
  };
  // Without arguments `ecr-xacct` shows an overview.
  const [first = 'status', ...others] = args;
  // The parser accepts only one short option for the version.
  const words = [first === '-v' ? '-V' : first, ...others];
  try {
    const shown = { ...invocation, showWait: lateWaits(streams, invocation) };
    const program = createProgram({ invocation: shown, version, streams, setStatus }, words[0]);
    await program.parseAsync(words, { from: 'user' });
    return status;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : WRONG_USAGE;
  }
}

/** Most commands do not wait, so stderr is opened when the first wait starts. */
function lateWaits(streams: Streams, { env }: Invocation): ShowWait {
  let waits: ShowWait | undefined;
  return (what) => {
    waits ??= createWaits(streams.stderr, env);
    return waits(what);
  };
}

/**
 * The program with its commands; wrong usage throws a CommanderError. With `named`, only that command is made, because
 * making all takes as long as most of them run.
 */
export function createProgram(context: Omit<CommandContext, 'program'>, named = ''): Command {
  const { version, streams } = context;
  const program = new Command('ecr-xacct')
    .description('Docker credential helper for Amazon ECR registries of many AWS accounts')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    // The parser's own help command has one level only.
    .helpCommand(false)
    .addHelpText('after', EPILOGUE)
    .showHelpAfterError('See: ecr-xacct --help')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      // The same start as every other failure.
      outputError: (text, write) => write(text.replace(/^error: /, 'ecr-xacct: ')),
      // The text repeats what was typed.
      writeErr: (text) => streams.stderr.write(text.split('\n').map(printable).join('\n')),
    });
  const only = Object.values(COMMANDS).find((commands) => Object.hasOwn(commands, named))?.[named];
  if (only !== undefined) only({ ...context, program });
  else {
    for (const [heading, commands] of Object.entries(COMMANDS)) {
      program.commandsGroup(heading);
      for (const addCommand of Object.values(commands)) addCommand({ ...context, program });
    }
    helpCommand({ ...context, program });
  }
  nameOwnHelp(program, 'ecr-xacct');
  return program;
}

/** After wrong usage of a command, the error refers to that command's own help. */
function nameOwnHelp({ commands }: Command, path: string): void {
  for (const command of commands) {
    const own = `${path} ${command.name()}`;
    command.showHelpAfterError(`See: ${own} --help`);
    nameOwnHelp(command, own);
  }
}
