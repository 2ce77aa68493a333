// `ecr-xacct export`: the options. The code behind them is loaded when it runs.
import { XacctError } from '../../errors.ts';
import type { ExportOptions } from '../../export/export-credentials.ts';
import { type CommandContext, registryArgument, withUsage } from '../command.ts';

const HELP = `
It is for programs that support neither credential helpers nor the kubelet's
plugin. A token lives twelve hours at most. Its end is on stderr, in the
Secret's annotation ecr-xacct/expires-at, and in a comment. If one registry has
no token, nothing is printed. The output is a password: keep it out of files if
you can.

--env sets DOCKER_AUTH_CONFIG, which Docker, GitLab's runner and others read,
and for one registry ECR_REGISTRY, ECR_USERNAME and ECR_PASSWORD.

Examples:
  ecr-xacct export --kubernetes-secret --namespace team \\
    111122223333.dkr.ecr.us-east-1.amazonaws.com | kubectl apply -f -
  (umask 077; ecr-xacct export --docker-config \\
    111122223333.dkr.ecr.us-east-1.amazonaws.com > config.json)
  eval "$(ecr-xacct export --env 111122223333.dkr.ecr.us-east-1.amazonaws.com)"`;

export function exportCommand(context: CommandContext): void {
  const command = context.program
    .command('export')
    .description('print tokens as a Secret, a config.json or variables')
    .argument('<host...>', 'the registries, or images in them')
    .option('--kubernetes-secret', 'a Secret of type kubernetes.io/dockerconfigjson')
    .option('--name <name>', "the Secret's name (default: ecr-xacct)")
    .option('--namespace <namespace>', "the Secret's namespace")
    .option('--docker-config', "Docker's config.json")
    .option('--env', 'export lines for a shell')
    .addHelpText('after', HELP)
    .action(async (hosts: string[], options: ExportOptions) => {
      const urls = hosts.map((host) => registryArgument(command, host));
      const { exportCredentials } = await import('../../export/export-credentials.ts');
      await withUsage(command, async () => {
        const plain = urls.find(({ scheme }) => scheme === 'http');
        if (plain) throw new XacctError('usage', `http://${plain.hostname}: no password goes to http://`);
        const hostnames = urls.map(({ hostname }) => hostname);
        context.setStatus(await exportCredentials(hostnames, options, context));
      });
    });
}
