// `ecr-xacct get-login-password`: `aws ecr get-login-password` with the identity of the config and the daemon's memory.
import { readCredential } from '../../docker/messages.ts';
import { XacctError } from '../../errors.ts';
import { command } from '../../hint.ts';
import type { Invocation } from '../../invocation.ts';
import { parseRegistry } from '../../registry/ecr-hostname.ts';
import { type CommandContext, registryArgument } from '../command.ts';

const EXAMPLE = `
  ecr-xacct get-login-password 111122223333.dkr.ecr.us-east-1.amazonaws.com |
    helm registry login --username AWS --password-stdin \\
      111122223333.dkr.ecr.us-east-1.amazonaws.com`;

export function getLoginPasswordCommand({ program, invocation, streams, setStatus }: CommandContext): void {
  const command = program
    .command('get-login-password')
    .description("print a registry's password, for programs without credential helpers")
    .argument('<host>', 'the registry, or an image in it')
    .addHelpText('after', `\nThe user name that goes with it is AWS.\n\nExample:${EXAMPLE}`)
    .action(async (text: string) => {
      const url = registryArgument(command, text);
      if (url.scheme === 'http') throw new XacctError('usage', `${text}: no password goes to http://`);
      const { askCredential } = await import('../../client/ask-for-people.ts');
      const { outcome, text: said } = await askCredential(url.hostname, invocation);
      if (outcome === 'quiet-failure') throw await notServed(url.hostname, invocation);
      if (outcome === 'success') streams.stdout.write(`${readCredential(said).Secret}\n`);
      else {
        // The text of a fallback helper, unchanged.
        streams.stderr.write(`${said}\n`);
        setStatus(1);
      }
    });
}

/** The error for a host that Docker would continue with anonymously. */
async function notServed(hostname: string, { env }: Invocation): Promise<XacctError> {
  if (parseRegistry(hostname)?.service === 'ecr-public') {
    return new XacctError('no-identity', `${hostname}: there is no AWS identity for it`, {
      hint: {
        say: 'it serves pulls without a password; to see what fails',
        run: command`ECR_XACCT_PROFILE=NAME ecr-xacct get-login-password public.ecr.aws`,
      },
    });
  }
  const { configPath } = await import('../../config/paths.ts');
  const file = configPath(env) ?? 'the config file';
  return new XacctError('usage', `${hostname}: neither an ECR hostname nor a name in ${file}`, {
    hint: { say: 'to map a name of your own to ECR, add it there with registry: and profile:' },
  });
}
