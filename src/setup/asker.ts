// The questions of setup, on a terminal.
import { multiselect, select, text } from '@clack/prompts';
import { printable } from '../errors.ts';
import { partitionOfRegion } from '../registry/ecr-hostname.ts';
import { regionMeant } from '../registry/region-names.ts';
import { given, type Terminal } from '../terminal/prompts.ts';
import { padded, widest } from '../terminal/text-width.ts';
import type { Account, FoundAccounts } from './accounts.ts';
import type { Asker } from './choose-registries.ts';
import type { Standing } from './standing.ts';

/** Visible lines of a list: they fit a terminal of 24 lines. */
const MAX_ITEMS = 12;

export function createAsker(terminal: Terminal): Asker {
  return {
    accounts: async (found, chosen, standing) =>
      given(
        await multiselect({
          ...terminal,
          message: 'Which accounts should ecr-xacct serve? (a: all or none)',
          options: accountOptions(found, standing),
          initialValues: [...chosen],
          maxItems: MAX_ITEMS,
          required: true,
        }),
      ),
    profile: async (account, found, current) =>
      given(
        await select({
          ...terminal,
          message: `Which profile, for account ${account.id}?`,
          options: profileOptions(account, found, current),
          ...(current !== undefined && { initialValue: current }),
          maxItems: MAX_ITEMS,
        }),
      ),
    regions: async (account, former) =>
      readRegions(
        given(
          await text({
            ...terminal,
            message: `In which regions are the registries of ${account.id} (${printable(account.profiles[0] ?? '')})?`,
            placeholder: 'us-east-1, eu-central-1 (empty: skip it)',
            initialValue: former.filter((region) => isOf(account, region)).join(', '),
            validate: (value) => regionsFault(value ?? '', account),
          }),
        ),
      ),
  };
}

/** Each with the profile that serves it now, or would serve it. */
function accountOptions(
  { accounts, states }: FoundAccounts,
  { profileOf }: Standing,
): { value: string; label: string }[] {
  const shown = accounts.map((account) => {
    const { id, profiles } = account;
    const profile = profileOf(account) ?? profiles[0] ?? '';
    const others = profiles.filter((name) => name !== profile).length;
    const name = others === 0 ? printable(profile) : `${printable(profile)} and ${others} more`;
    return { id, name, state: printable(states.get(profile) ?? '') };
  });
  const width = widest(shown.map(({ name }) => name));
  return shown.map(({ id, name, state }) => ({
    value: id,
    label: `${id}  ${padded(name, width)}  ${state}`.trimEnd(),
  }));
}

/** Includes the current profile, even if it is not of the account: the user's rule names it. */
function profileOptions(
  { profiles }: Account,
  { states }: FoundAccounts,
  current: string | undefined,
): { value: string; label: string }[] {
  const all = current === undefined || profiles.includes(current) ? profiles : [current, ...profiles];
  const width = widest(all.map(printable));
  return all.map((name) => ({
    value: name,
    label: `${padded(printable(name), width)}  ${printable(states.get(name) ?? 'as config.yaml says')}`,
  }));
}

function readRegions(value: string): string[] {
  return value.split(/[\s,]+/).filter((word) => word !== '');
}

function isOf({ partition }: Account, region: string): boolean {
  return partition === undefined || partitionOfRegion(region) === partition;
}

/** The fault of the answer; undefined if it is valid. */
function regionsFault(value: string, account: Account): string | undefined {
  const regions = readRegions(value);
  const wrong = regions.find((region) => partitionOfRegion(region) === undefined);
  if (wrong !== undefined) {
    return `${printable(wrong)} is not an AWS region; write it like ${regionMeant(wrong) ?? 'us-east-1'}.`;
  }
  const other = regions.find((region) => !isOf(account, region));
  return other && `Account ${account.id} is in ${account.partition}, and ${other} is not.`;
}
