// `ecr-xacct setup`: the options. The code behind them is loaded when it runs.
import { InvalidArgumentError, Option } from 'commander';
import type { SetupOptions } from '../../setup/setup-options.ts';
import { type CommandContext, regionName, withUsage } from '../command.ts';

const HELP = `
It writes a rule for each account into config.yaml, and an entry for each
registry into Docker's config.json. It shows both first, and keeps a copy.

Run it again to change what you chose. What is set up is already selected.
Another profile replaces the present one, and an account that you deselect is
removed. With --yes, existing rules stay as they are.

The regions of an account are those of its profiles, of --region, and of its
registries in Docker's config.json. An account without a region is left out.

--system writes the machine's config and podman's, below /etc. Docker has no
config for every user: each user runs the command that it ends with.

Examples:
  ecr-xacct setup                              asks, shows, asks again
  ecr-xacct setup --yes --region eu-central-1  asks nothing
  ecr-xacct setup --region 111122223333=eu-central-1
                                               this region for one account
  ecr-xacct setup --profile dev --dry-run      shows only
  ecr-xacct setup --undo                       undoes everything
  sudo ecr-xacct setup --system                for every user of this machine`;

export function setupCommand(context: CommandContext): void {
  const command = context.program
    .command('setup')
    .description(
      'find your AWS accounts in ~/.aws/config, and make Docker ask ecr-xacct for their registries',
    )
    .option('-y, --yes', 'ask nothing: every account, as set up or by its first profile')
    .option('--profile <name>', 'serve the account of this profile with it (repeatable)', collected)
    .option(
      '--region <region>',
      'serve this region as well, or ACCOUNT=REGION (repeatable)',
      collectedRegions,
    )
    .option('--creds-store', 'become the credsStore; the present one is the fallback')
    .option('--podman', "change podman's files instead of Docker's")
    .addOption(
      new Option('--finch', "change Finch's config.json instead of Docker's (macOS)").conflicts('podman'),
    )
    .addOption(
      new Option('--system', 'as root: set up every user of this machine').conflicts([
        'podman',
        'finch',
        'credsStore',
      ]),
    )
    .option('--dry-run', 'show what would change, and change nothing')
    .addOption(
      new Option('--undo', 'undo everything that setup has changed').conflicts([
        'profile',
        'region',
        'credsStore',
        'podman',
        'finch',
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

/** `us-east-1,eu-west-1` gives two regions; `444455556666=us-east-1,eu-west-1` gives two regions of one account. */
function collectedRegions(value: string, previous: readonly string[] = []): string[] {
  const regions: string[] = [];
  let account = '';
  for (const item of value.split(',').map((text) => text.trim())) {
    const [left = '', right] = item.split(/=(.*)/s);
    if (right !== undefined) account = `${accountOf(left)}=`;
    regions.push(`${account}${regionName((right ?? left).trim())}`);
  }
  return [...previous, ...regions];
}

/** Accepts the form of AWS's console, too: `4444-5555-6666`. @throws InvalidArgumentError if it is not an account. */
function accountOf(text: string): string {
  const account = text.trim().replaceAll('-', '');
  if (/^\d{12}$/.test(account)) return account;
  throw new InvalidArgumentError('Write REGION, or ACCOUNT=REGION, as in 444455556666=us-east-1.');
}
