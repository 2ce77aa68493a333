// `ecr-xacct doctor`: its options. What it does is loaded when it runs.
import { Option } from 'commander';
import { type DoctorOptions, PLATFORMS } from '../../doctor/options.ts';
import { parseImageName } from '../../doctor/registry-api/image-name.ts';
import { type CommandContext, regionName, withUsage } from '../command.ts';

const HELP = `
Goes the way of docker pull: the helper on PATH, Docker's config.json, the
identity, its credentials, the token, the registry, the image and its layers.
It stops at the first step that fails, says whose side that is on, and the one
command that mends it. With --push, an upload is begun and given up.
Exits with 1 where something fails.

With --for, it looks at what ECS (on EC2), Fargate or Lambda need instead: the
role, what it may do, and what the registry's policies say. It takes the usual
role of your account there, or --role.

Examples:
  ecr-xacct doctor 111122223333.dkr.ecr.us-east-1.amazonaws.com/app:1
  ecr-xacct doctor 111122223333.dkr.ecr.us-east-1.amazonaws.com/app --push
  ecr-xacct doctor 111122223333.dkr.ecr.us-east-1.amazonaws.com/app \\
    --for fargate --role arn:aws:iam::444455556666:role/ecsTaskExecutionRole`;

export function doctorCommand({ program, invocation, streams, setStatus }: CommandContext): void {
  const command = program
    .command('doctor')
    .description('find out why an image cannot be pulled, or pushed')
    .argument('<image>', 'HOST/repository, with :TAG or @DIGEST')
    .option('--push', 'look whether it can be pushed, too')
    .addOption(
      new Option('--for <platform>', 'look for what runs in AWS').choices([...PLATFORMS]).conflicts('push'),
    )
    .option('--role <arn>', 'the role that pulls there')
    .option('--region <region>', 'where the functions are, for Lambda', regionName)
    .option('--json', 'print JSON')
    .addHelpText('after', HELP);
  command.action(async (text: string, options: DoctorOptions) => {
    const image = parseImageName(text);
    if (image === undefined) {
      return command.error(
        `error: '${text}' is no image in a registry, such as HOST/app:1${whyNoImage(text)}`,
      );
    }
    const { role, region, for: platform } = options;
    if (platform === undefined && (role !== undefined || region !== undefined)) {
      const name = role === undefined ? '--region' : '--role';
      return command.error(`error: ${name} is of what runs in AWS; add: --for ${PLATFORMS.join('|')}`);
    }
    const { showDiagnosis } = await import('../../doctor/diagnose.ts');
    await withUsage(command, async () => {
      const isWell = await showDiagnosis(image, options, { invocation, streams });
      if (!isWell) setStatus(1);
    });
  });
}

/** What people get wrong most. */
function whyNoImage(text: string): string {
  const bare = text.replace(/^https?:\/\//, '');
  if (bare !== text) return `; write it without https://, as for Docker: ${bare}`;
  const [, host = '', rest = ''] = /^([^/]*)\/([^:@]*)/.exec(text) ?? [];
  return /[A-Z]/.test(rest) && parseImageName(`${host}/${rest.toLowerCase()}`) !== undefined
    ? '; a repository has no upper case'
    : '';
}
