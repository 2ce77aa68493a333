// `ecr-xacct login`: its options. What it does is loaded when it runs.
import { InvalidArgumentError } from 'commander';
import type { LoginOptions } from '../../callers/login-person.ts';
import { typedCode } from '../../callers/typed-code.ts';
import { type CommandContext, registryArgument } from '../command.ts';

const HELP = `
With a registry, the token is for whom the rules, the environment or discovery
lead to there. With --profile alone, it is for the profile's own account and
region. With neither, for AWS_PROFILE, or the profile default.

An MFA code is asked for on the terminal, or printed by the mfa_process of
config.yaml. Its session serves every role behind the same keys.

Example: ecr-xacct login 111122223333.dkr.ecr.us-east-1.amazonaws.com`;

export function loginCommand(context: CommandContext): void {
  const command = context.program
    .command('login')
    .description('get a token now, with an MFA code or an SSO login where one is needed')
    .argument('[host]', 'the registry, or an image in it')
    .option('--profile <name>', 'be this profile, whatever the rules say')
    .option('--mfa-code <code>', 'the six digits that the MFA device shows', mfaCode)
    .option('--sso', 'run aws sso login (or aws login) for the profile first')
    .addHelpText('after', HELP)
    .action(async (host: string | undefined, options: LoginOptions) => {
      const url = host === undefined ? undefined : registryArgument(command, host);
      const { loginPerson } = await import('../../callers/login-person.ts');
      await loginPerson(url?.hostname, options, context);
    });
}

function mfaCode(text: string): string {
  const code = typedCode(text);
  if (code === undefined) throw new InvalidArgumentError('It must be six digits.');
  return code;
}
