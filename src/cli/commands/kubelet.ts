// `ecr-xacct kubelet`: the options of `config`, and the help of the plugin. main.ts runs the plugin itself.
import { Option } from 'commander';
import type { ProviderConfigOptions } from '../../kubelet/print-config.ts';
import { type CommandContext, withUsage } from '../command.ts';

const HELP = `
Without a command, this is the plugin itself. It reads the kubelet's
CredentialProviderRequest on stdin and prints a CredentialProviderResponse. A
failure is one line on stderr, which the kubelet writes to its log. The kubelet
runs it as ecr-xacct-credential-provider, once for each image whose credential
is not in its cache.

It uses the rules of /etc/ecr-xacct/config.yaml. If a rule has
service_account: true, or if no rule covers the registry, it uses the role in an
annotation of the pod's service account:
  ecr-xacct/role-arn, eks.amazonaws.com/ecr-role-arn, eks.amazonaws.com/role-arn

Example: ecr-xacct kubelet config`;

const CONFIG_HELP = `
Each rule of config.yaml becomes an entry of matchImages. Without a rule, it is
every registry of ECR. The output says where each file goes. Rules with
service_account: true become a provider of their own, which gets the pods'
tokens. It needs --rbac, once for the cluster.

Examples:
  ecr-xacct kubelet config --rules node.yaml > credential-provider-config.yaml
  ecr-xacct kubelet config --rbac | kubectl apply -f -`;

export function kubeletCommands(context: CommandContext): void {
  const kubelet = context.program
    .command('kubelet')
    .description('the credential-provider plugin of Kubernetes, and its config')
    .helpCommand(false)
    .addHelpText('after', HELP);
  const config = kubelet
    .command('config')
    .description("print the kubelet's CredentialProviderConfig for your rules")
    .option('--rules <file>', 'a config.yaml that the nodes will have, instead of your own')
    .option('--all', "also the registries without a rule, by the node's own role")
    .option('--pods', "the same, by the role of each pod's service account if it has one")
    .option('--no-daemon', 'without a daemon on the nodes: each run asks AWS')
    .addOption(
      new Option('--rbac', 'print the role that lets kubelets ask for such tokens instead').conflicts([
        'rules',
        'all',
        'pods',
      ]),
    )
    .addHelpText('after', CONFIG_HELP)
    .action(async (options: ProviderConfigOptions) => {
      const { printProviderConfig } = await import('../../kubelet/print-config.ts');
      await withUsage(config, async () => printProviderConfig(options, context));
    });
}
