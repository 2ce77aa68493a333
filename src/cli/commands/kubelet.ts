// `ecr-xacct kubelet`: the options of `config`, and what the plugin is. main.ts runs the plugin itself.
import type { ProviderConfigOptions } from '../../kubelet/print-config.ts';
import { type CommandContext, withUsage } from '../command.ts';

const HELP = `
Without a command, this is the plugin itself: a CredentialProviderRequest of the
kubelet on stdin, a CredentialProviderResponse on stdout, a failure in one line
on stderr, which is then in the kubelet's log. The kubelet runs it by the name
ecr-xacct-credential-provider, once for each image whose credential it has not
in its cache. It goes by the rules of /etc/ecr-xacct/config.yaml, and for a pod
by the role in an annotation of its service account, where a rule says
service_account: true or no rule covers the registry:
  ecr-xacct/role-arn, eks.amazonaws.com/ecr-role-arn, eks.amazonaws.com/role-arn

Example: ecr-xacct kubelet config`;

const CONFIG_HELP = `
Of the rules in config.yaml, each becomes what the kubelet matches images by;
without a rule, it is every registry of ECR. It says where each file goes. The
registries of rules with service_account: true are a provider of their own that
is given the pods' tokens, and which needs --rbac, once for the cluster.

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
    .option('--pods', "… by the role of each pod's service account, where it has one")
    .option('--no-daemon', 'without a daemon on the nodes: each run asks AWS')
    .option('--rbac', 'print the role that lets kubelets ask for such tokens instead')
    .addHelpText('after', CONFIG_HELP)
    .action(async (options: ProviderConfigOptions) => {
      const { printProviderConfig } = await import('../../kubelet/print-config.ts');
      await withUsage(config, async () => printProviderConfig(options, context));
    });
}
