// The questions of setup, on a terminal.
import { multiselect, select, text } from '@clack/prompts';
import { partitionOfRegion } from '../registry/ecr-hostname.ts';
import { given, type Terminal } from '../terminal/prompts.ts';
import type { Account } from './accounts.ts';
import type { Asker } from './choose-registries.ts';

/** Lines of a list at a time: it fits a terminal of 24. */
const MAX_ITEMS = 12;

export function createAsker(terminal: Terminal): Asker {
  return {
    accounts: async (accounts) =>
      given(
        await multiselect({
          ...terminal,
          message: "Which accounts' registries shall Docker get from ecr-xacct?",
          options: accounts.map((account) => ({ value: account.id, label: labelOf(account) })),
          initialValues: accounts.map(({ id }) => id),
          maxItems: MAX_ITEMS,
          required: true,
        }),
      ),
    profile: async ({ id, profiles }) =>
      given(
        await select({
          ...terminal,
          message: `By which profile, for account ${id}?`,
          options: profiles.map((name) => ({ value: name, label: name })),
          maxItems: MAX_ITEMS,
        }),
      ),
    regions: async (accounts) =>
      readRegions(
        given(
          await text({
            ...terminal,
            message: `In which regions are the registries of ${accounts.map(({ id }) => id).join(', ')}?`,
            placeholder: 'us-east-1, eu-central-1',
            validate: (value) => regionsFault(value ?? '', accounts),
          }),
        ),
      ),
  };
}

function labelOf({ id, profiles: [first, ...others] }: Account): string {
  return others.length === 0 ? `${id}  ${first}` : `${id}  ${first} and ${others.length} more`;
}

function readRegions(value: string): string[] {
  return value.split(/[\s,]+/).filter((word) => word !== '');
}

/** What is wrong with the answer; undefined where nothing is. */
function regionsFault(value: string, accounts: readonly Account[]): string | undefined {
  const regions = readRegions(value);
  if (regions.length === 0) return 'Name at least one region, such as us-east-1.';
  const wrong = regions.find((region) => partitionOfRegion(region) === undefined);
  if (wrong !== undefined) return `${wrong} is no AWS region; write it like us-east-1.`;
  const unserved = accounts.find(
    ({ partition }) => partition && !regions.some((region) => partitionOfRegion(region) === partition),
  );
  return unserved && `Account ${unserved.id} is in ${unserved.partition}: name a region of that, too.`;
}
