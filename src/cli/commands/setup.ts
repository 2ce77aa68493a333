// `ecr-xacct setup`: its options. What it does is loaded when it runs.
import { Option } from 'commander';
import type { SetupOptions } from '../../setup/setup.ts';
import { type CommandContext, regionName, withUsage } from '../command.ts';

const HELP = `
It writes a rule for each account into config.yaml, and an entry for each
registry into Docker's config.json, shows both first, and keeps a copy. A rule
that is there already stays as it is. The regions are those of the profiles, of
AWS_REGION, and of the registries that Docker's config.json names already.

Examples:
  ecr-xacct setup                              asks, shows, asks again
  ecr-xacct setup --yes --region eu-central-1  asks nothing
  ecr-xacct setup --profile dev --dry-run      shows only
  ecr-xacct setup --undo                       takes it all back`;

export function setupCommand(context: CommandContext): void {
  const command = context.program
    .command('setup')
    .description('find your AWS accounts in ~/.aws/config and have Docker ask ecr-xacct for their registries')
    .option('-y, --yes', 'ask nothing: every account, by its first profile')
    .option('--profile <name>', 'serve the account of this profile, by it (repeatable)', collected)
    .option('--region <region>', 'serve this region, too (repeatable)', collectedRegions)
    .option('--creds-store', 'be asked for every registry; the present store is the fallback')
    .option('--podman', "change podman's files instead of Docker's")
    .option('--dry-run', 'show what would change, and change nothing')
    .addOption(
      new Option('--undo', 'take back everything that setup has changed').conflicts([
        'profile',
        'region',
        'credsStore',
        'podman',
      ]),
    )
    .option('--keep-config', 'with --undo: leave config.yaml as it is')
    .addHelpText('after', HELP);
  command.action(async (options: SetupOptions) => {
    const { setup } = await import('../../setup/setup.ts');
    await withUsage(command, () => setup(options, context));
  });
}

function collected(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

/** `us-east-1,eu-west-1` are two. */
function collectedRegions(value: string, previous: readonly string[] = []): string[] {
  return [...previous, ...value.split(',').map((region) => regionName(region.trim()))];
}
