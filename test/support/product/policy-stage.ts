// The stage for commands about policies: with dev, an administrator of the account with the images, and its policies.
import type { FakeAws } from '../../fake-aws/start-fake-aws.ts';
import {
  PRIMARY_ACCOUNT,
  REGION,
  SECONDARY_ACCOUNT,
  type TwoAccountWorld,
} from '../../fake-aws/two-account-world.ts';
import type { ProductFiles, Ran } from './product.ts';
import { devFiles, HOST, keysOf, type ProductStage, type StageOptions, startProductStage } from './stage.ts';

export const SECONDARY_ROOT = `arn:aws:iam::${SECONDARY_ACCOUNT}:root`;
export const CI_ROLE = `arn:aws:iam::${SECONDARY_ACCOUNT}:role/ci`;

/** The profile `primary` may do everything in the account with the images. */
export function ownerFiles(cast: TwoAccountWorld): ProductFiles {
  const files = devFiles(cast);
  return { ...files, credentials: { ...files.credentials, primary: keysOf(cast.admin) } };
}

export interface PolicyStage extends ProductStage {
  /** Runs `ecr-xacct` with these arguments. */
  run(...args: string[]): Promise<Ran>;
  /** The present policy of a repository or of the registry. */
  policyOf(repository?: string): Policy | undefined;
}

export interface Policy {
  Version?: string;
  Statement: { Sid?: string; Principal: unknown; Action: unknown; Resource?: unknown; Condition?: unknown }[];
}

export async function startPolicyStage(options: StageOptions = {}): Promise<PolicyStage> {
  const stage = await startProductStage({ files: ownerFiles, ...options });
  return {
    ...stage,
    run: (...args) => stage.product.run(['ecr-xacct', ...args]),
    policyOf: (repository) => {
      const text = holderOf(stage.aws, repository)?.policyText;
      return text === undefined ? undefined : (JSON.parse(text) as Policy);
    },
  };
}

/** In the registry of the account with the images. */
export function holderOf({ world }: FakeAws, repository?: string) {
  const registry = world.account(PRIMARY_ACCOUNT).registry(REGION);
  return repository === undefined ? registry : registry.repositories.get(repository);
}

/** As an argument of --on. */
export function on(path = ''): string {
  return path === '' ? HOST : `${HOST}/${path}`;
}
