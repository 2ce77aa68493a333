// Describes a fleet, and whose quota each of its calls is charged to.
import type { Kubelet } from './kubelets.ts';
import type { Plugin } from './plugins.ts';
import { ECR_PER_SECOND, STS_PER_SECOND } from './quotas.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export interface Fleet {
  nodes: number;
  /** Each in a separate account. */
  registries: number;
  /** For each registry, on each node, at its start. */
  images: number;
  /** The accounts of the nodes. */
  accounts: number;
  /** `role`: a role in each registry's account; or the node's own identity, which resource policies allow to pull. */
  identity: 'role' | 'grant';
  plugin: Plugin;
  kubelet: Kubelet;
  /** Whether a daemon on each node mints once for all plugins, and keeps the token. */
  daemon: boolean;
  /** The nodes start and restart within this time, in milliseconds. */
  startWindow: number;
  seed: number;
}

/** The account of the identity that asks ECR for a token: the role's, or the node's. */
export function ecrAccounts({ identity, registries, accounts }: Fleet): number {
  return identity === 'role' ? registries : accounts;
}

/** The number of tokens that the fleet needs: with a daemon one for each identity, without one for each registry. */
function tokensOf({ nodes, registries, identity, daemon }: Fleet): number {
  return identity === 'grant' && daemon ? nodes : nodes * registries;
}

/** The lower bound for any client: each account gets calls at its quota's rate. Milliseconds from the first start. */
export function leastTime(fleet: Fleet): number {
  const ofEcr = tokensOf(fleet) / ecrAccounts(fleet) / ECR_PER_SECOND;
  // STS charges the account that calls AssumeRole: the node's.
  const ofSts = fleet.identity === 'role' ? tokensOf(fleet) / fleet.accounts / STS_PER_SECOND : 0;
  return Math.max(fleet.startWindow, Math.max(ofEcr, ofSts) * SECOND);
}
