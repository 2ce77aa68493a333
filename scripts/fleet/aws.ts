// AWS as the fleet sees it: whether a call passes the quota of the account that it is charged to.
import { ecrAccounts, type Fleet } from './fleet.ts';
import { createQuotas, ECR_PER_SECOND, STS_PER_SECOND } from './quotas.ts';

export function createAws(fleet: Fleet) {
  const { registries, accounts, identity } = fleet;
  const ecr = createQuotas(ecrAccounts(fleet), ECR_PER_SECOND);
  const sts = createQuotas(accounts, STS_PER_SECOND);
  let stsIsBackAt = 0;
  const accountOf = (slot: number) => Math.floor(slot / registries) % accounts;

  return {
    quotas: [ecr, sts],
    assumesRole: (slot: number, now: number) => sts.take(accountOf(slot), now, now < stsIsBackAt),
    asksForToken: (slot: number, now: number) =>
      ecr.take(identity === 'role' ? slot % registries : accountOf(slot), now, false),
    stopSts: (until: number) => {
      stsIsBackAt = until;
    },
  };
}

export type Aws = ReturnType<typeof createAws>;
