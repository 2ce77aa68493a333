// `ecr-xacct login`: the options. The code behind them is loaded when it runs.
import { InvalidArgumentError } from 'commander';
import type { LoginOptions } from '../../callers/login-person.ts';
import { typedCode } from '../../callers/typed-code.ts';
import { type CommandContext, registryArgument } from '../command.ts';

const HELP = `
With a registry, it gets a token of the identity that explain shows. With
--profile alone, the registry is that of the profile's account and region. With
neither, it uses AWS_PROFILE, or the profile default.

It asks for an MFA code on the terminal, or runs the mfa_process of config.yaml.
The session of the code serves every role behind the same keys.

Example: ecr-xacct login 111122223333.dkr.ecr.us-east-1.amazonaws.com`;

export function loginCommand(context: CommandContext): void {
  const command = context.program
    .command('login')
    .description('get a token now, with an MFA code or an SSO login if needed')
    .argument('[host]', 'the registry, or an image in it')
    .option('--profile <name>', 'use this profile, whatever the rules say')
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
