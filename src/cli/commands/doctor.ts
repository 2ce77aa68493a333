// `ecr-xacct doctor`: the options. The code behind them is loaded when it runs.
import { InvalidArgumentError, Option } from 'commander';
import { CONSUMERS, type DoctorOptions, PLATFORMS } from '../../doctor/options.ts';
import { parseImageName } from '../../doctor/registry-api/image-name.ts';
import { type CommandContext, regionName, withUsage } from '../command.ts';

const HELP = `
Without an image, it checks this machine and every registry that Docker's config
and config.yaml name: which helper answers, which identity, and its token.

With an image, it goes the way of docker pull: the helper on PATH, Docker's
config.json, the identity, its credentials, the token, the registry, the image
and its layers. It stops at the first step that fails. It says whose side that
is, and the one command that fixes it. --push also starts an upload and cancels
it.

With --for, it checks what ECS (on EC2), Fargate or Lambda need: the role, what
it may do, and what the registry's policies say. It uses the usual role of your
account, or --role.

With --for kubelet, it goes the way of a node. Run it there as root. It checks
the kubelet's flags, its CredentialProviderConfig and the plugin, and runs the
plugin as the kubelet does. With --service-account, it asks kubectl for a token
and the annotations of that service account. If the kubelet does not run yet,
--bin-dir and --provider-config say where its files are.

It exits with 0 if nothing is wrong, with 1 if something fails. With --strict, a
warning is a failure.

Examples:
  ecr-xacct doctor
  ecr-xacct doctor --report report.md
  ecr-xacct doctor 111122223333.dkr.ecr.us-east-1.amazonaws.com/app:1
  ecr-xacct doctor 111122223333.dkr.ecr.us-east-1.amazonaws.com/app --push
  ecr-xacct doctor 111122223333.dkr.ecr.us-east-1.amazonaws.com/app \\
    --for fargate --role arn:aws:iam::444455556666:role/ecsTaskExecutionRole
  sudo ecr-xacct doctor 111122223333.dkr.ecr.us-east-1.amazonaws.com/app:1 \\
    --for kubelet --service-account team/app`;

export function doctorCommand(context: CommandContext): void {
  const command = context.program
    .command('doctor')
    .description('find out what is wrong with this machine, or why an image cannot be pulled')
    .argument('[image]', 'HOST/repository, with :TAG or @DIGEST')
    .option('--push', 'check whether it can be pushed, too')
    .addOption(
      new Option('--for <consumer>', 'check for what runs in AWS, or for the kubelet of this node')
        .choices([...CONSUMERS])
        .conflicts('push'),
    )
    .option('--role <arn>', 'the role that pulls there')
    .option('--region <region>', 'where the functions are, for Lambda', regionName)
    .option('--bin-dir <folder>', "where the kubelet's plugins are", notEmpty)
    .option('--provider-config <file>', "the kubelet's CredentialProviderConfig", notEmpty)
    .option('--service-account <name>', 'pull as its pods: NAMESPACE/NAME, by kubectl', serviceAccount)
    .addOption(
      new Option('--token-file <file>', 'a file with its token, instead of kubectl')
        .argParser(notEmpty)
        .conflicts('serviceAccount'),
    )
    .option('--annotation <key=value>', 'an annotation of it, instead of kubectl (repeatable)', annotations)
    .option('--strict', 'exit with 1 for a warning, too')
    .option('--report <file>', 'make a file to attach to a bug, without secrets', fileName)
    .option('--json', 'print JSON')
    .addHelpText('after', HELP);
  command.action(async (text: string | undefined, options: DoctorOptions) => {
    const image = text === undefined ? undefined : parseImageName(text);
    if (text !== undefined && image === undefined) {
      return command.error(
        `error: '${text}' is not an image in a registry, such as HOST/app:1${whyNoImage(text)}`,
      );
    }
    const { role, region, push, for: consumer } = options;
    if (image === undefined && (push || consumer !== undefined)) {
      return command.error(`error: ${push ? '--push' : '--for'} is about an image: add HOST/repository`);
    }
    const isInAws = consumer !== undefined && consumer !== 'kubelet';
    if (!isInAws && (role !== undefined || region !== undefined)) {
      const name = role === undefined ? '--region' : '--role';
      return command.error(`error: ${name} is of what runs in AWS; add: --for ${PLATFORMS.join('|')}`);
    }
    const ofKubelet = KUBELET_OPTIONS.find(({ key }) => options[key] !== undefined);
    if (consumer !== 'kubelet' && ofKubelet !== undefined) {
      return command.error(`error: ${ofKubelet.name} is of the kubelet; add: --for kubelet`);
    }
    if (options.annotation && options.serviceAccount === undefined && options.tokenFile === undefined) {
      return command.error('error: --annotation is of a service account; add: --token-file FILE');
    }
    const { showDiagnosis } = await import('../../doctor/diagnose.ts');
    await withUsage(command, async () => {
      const isWell = await showDiagnosis(image, options, context);
      if (!isWell) context.setStatus(1);
    });
  });
}

const KUBELET_OPTIONS = [
  { key: 'binDir', name: '--bin-dir' },
  { key: 'providerConfig', name: '--provider-config' },
  { key: 'serviceAccount', name: '--service-account' },
  { key: 'tokenFile', name: '--token-file' },
  { key: 'annotation', name: '--annotation' },
] as const;

function notEmpty(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('It must not be empty.');
}

/** A name in the form of Kubernetes, so that kubectl never reads it as an option. */
function serviceAccount(text: string): string {
  if (/^[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9.-]*$/.test(text)) return text;
  throw new InvalidArgumentError('Write it as NAMESPACE/NAME, such as team/app.');
}

function annotations(text: string, before: readonly string[] = []): string[] {
  if (/^[^=]+=./s.test(text)) return [...before, text];
  throw new InvalidArgumentError('Write it as KEY=VALUE.');
}

function fileName(text: string): string {
  if (text !== '' && text !== '-') return text;
  throw new InvalidArgumentError('Name a file that does not exist yet.');
}

/** Names the most frequent mistakes. */
function whyNoImage(text: string): string {
  const bare = text.replace(/^https?:\/\//, '');
  if (bare !== text) return `; write it without https://, as for Docker: ${bare}`;
  const [, host = '', rest = ''] = /^([^/]*)\/([^:@]*)/.exec(text) ?? [];
  return /[A-Z]/.test(rest) && parseImageName(`${host}/${rest.toLowerCase()}`) !== undefined
    ? '; a repository has no upper case'
    : '';
}
