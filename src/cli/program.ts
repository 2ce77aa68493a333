// `ecr-xacct`: the commands for people.
import { Command, CommanderError } from 'commander';
import type { Front } from '../client/answer.ts';
import { printable } from '../errors.ts';
import { accessCommand } from './access-command.ts';
import type { CommandContext } from './command.ts';
import { completionCommand } from './completion-command.ts';
import { configCommand } from './config-command.ts';
import { daemonCommand } from './daemon-command.ts';
import { doctorCommand } from './doctor-command.ts';
import { explainCommand } from './explain-command.ts';
import { getLoginPasswordCommand } from './get-login-password-command.ts';
import { grantCommand } from './grant-command.ts';
import type { Streams } from './helper-command.ts';
import { loginCommand } from './login-command.ts';
import { logoutCommand } from './logout-command.ts';
import { revokeCommand } from './revoke-command.ts';
import { setupCommand } from './setup-command.ts';
import { statusCommand } from './status-command.ts';

/** In the order of the help. What is heavy to load, a command loads itself when it runs. */
const COMMANDS: readonly ((context: CommandContext) => void)[] = [
  setupCommand,
  explainCommand,
  doctorCommand,
  loginCommand,
  logoutCommand,
  statusCommand,
  grantCommand,
  revokeCommand,
  accessCommand,
  getLoginPasswordCommand,
  configCommand,
  daemonCommand,
  completionCommand,
];

const EPILOGUE = `
Example: ecr-xacct status

Exit status: 0 done, 1 failed (the reason is on stderr), 2 wrong usage.
Docker itself runs docker-credential-ecr-xacct; see its --help.`;

/** Runs a command line (without the program's name). @returns the exit status. @throws XacctError */
export async function runProgram(
  args: readonly string[],
  front: Front,
  version: string,
  streams: Streams,
): Promise<number> {
  let status = 0;
  const setStatus = (code: number) => {
    status = code;
  };
  try {
    await createProgram({ front, version, streams, setStatus }).parseAsync([...args], { from: 'user' });
    return status;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
}

/** The program with all its commands; wrong usage throws a CommanderError. */
export function createProgram(context: Omit<CommandContext, 'program'>): Command {
  const { version, streams } = context;
  const program = new Command('ecr-xacct')
    .description('Docker credential helper for Amazon ECR registries of many AWS accounts')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .addHelpText('after', EPILOGUE)
    .showHelpAfterError('See: ecr-xacct --help')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      // It repeats what was typed.
      writeErr: (text) => streams.stderr.write(text.split('\n').map(printable).join('\n')),
    });
  for (const addCommand of COMMANDS) addCommand({ ...context, program });
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
