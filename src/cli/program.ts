// `ecr-xacct`: the commands for people.
import { Command, CommanderError } from 'commander';
import { printable } from '../errors.ts';
import type { Invocation, Streams } from '../invocation.ts';
import { createWaits } from '../terminal/wait.ts';
import type { CommandContext } from './command.ts';
import { accessCommand } from './commands/access.ts';
import { completionCommand } from './commands/completion.ts';
import { configCommand } from './commands/config.ts';
import { daemonCommand } from './commands/daemon.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { getLoginPasswordCommand } from './commands/get-login-password.ts';
import { grantCommand } from './commands/grant.ts';
import { helpCommand } from './commands/help.ts';
import { loginCommand } from './commands/login.ts';
import { logoutCommand } from './commands/logout.ts';
import { revokeCommand } from './commands/revoke.ts';
import { setupCommand } from './commands/setup.ts';
import { statusCommand } from './commands/status.ts';

/** In the order of the help, by what they are for. What is heavy to load, a command loads itself when it runs. */
const COMMANDS: Readonly<Record<string, readonly ((context: CommandContext) => void)[]>> = {
  'Use registries:': [loginCommand, logoutCommand, getLoginPasswordCommand],
  'See what happens, and why:': [explainCommand, doctorCommand, statusCommand],
  'Share your own registries:': [grantCommand, revokeCommand, accessCommand],
  'Set it up:': [setupCommand, configCommand, daemonCommand, completionCommand],
};

const EPILOGUE = `
Examples:
  ecr-xacct setup
  ecr-xacct explain 111122223333.dkr.ecr.us-east-1.amazonaws.com
  ecr-xacct doctor 111122223333.dkr.ecr.us-east-1.amazonaws.com/team/app:1

ecr-xacct help COMMAND has more on each.
Exit status: 0 done, 1 failed (the reason is on stderr), 2 wrong usage,
130 a question was left with Ctrl-C.
Docker itself runs docker-credential-ecr-xacct; see its --help.`;

/** Exit status; decided here for every command, whatever a CommanderError says. */
const WRONG_USAGE = 2;

/** Runs a command line (without the program's name). @returns the exit status. @throws XacctError */
export async function runProgram(
  args: readonly string[],
  invocation: Invocation,
  version: string,
  streams: Streams,
): Promise<number> {
  // Its option has one letter only.
  const words = args[0] === '-v' ? ['-V', ...args.slice(1)] : args;
  let status = 0;
  const setStatus = (code: number) => {
    status = code;
  };
  try {
    const shown = { ...invocation, showWait: createWaits(streams.stderr, invocation.env) };
    await createProgram({ invocation: shown, version, streams, setStatus }).parseAsync([...words], {
      from: 'user',
    });
    return status;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : WRONG_USAGE;
  }
}

/** The program with all its commands; wrong usage throws a CommanderError. */
export function createProgram(context: Omit<CommandContext, 'program'>): Command {
  const { version, streams } = context;
  const program = new Command('ecr-xacct')
    .description('Docker credential helper for Amazon ECR registries of many AWS accounts')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    // Its own is for one level of commands only.
    .helpCommand(false)
    .addHelpText('after', EPILOGUE)
    .showHelpAfterError('See: ecr-xacct --help')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      // As every other failure begins.
      outputError: (text, write) => write(text.replace(/^error: /, 'ecr-xacct: ')),
      // It repeats what was typed.
      writeErr: (text) => streams.stderr.write(text.split('\n').map(printable).join('\n')),
    });
  for (const [heading, commands] of Object.entries(COMMANDS)) {
    program.commandsGroup(heading);
    for (const addCommand of commands) addCommand({ ...context, program });
  }
  helpCommand({ ...context, program });
  nameOwnHelp(program, 'ecr-xacct');
  return program;
}

/** After wrong usage of a command, its own help is what says how it is used. */
function nameOwnHelp({ commands }: Command, path: string): void {
  for (const command of commands) {
    const own = `${path} ${command.name()}`;
    command.showHelpAfterError(`See: ${own} --help`);
    nameOwnHelp(command, own);
  }
}
