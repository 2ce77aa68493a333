// What a fleet is, and whose quota each of its calls is charged to.
import type { Kubelet } from './kubelets.ts';
import type { Plugin } from './plugins.ts';
import { ECR_PER_SECOND, STS_PER_SECOND } from './quotas.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export interface Fleet {
  nodes: number;
  /** Each in an account of its own. */
  registries: number;
  /** Of each registry, on each node, wanted at its start. */
  images: number;
  /** That the nodes are spread over. */
  accounts: number;
  /** A role for each registry, in its account; or the node's own identity, which resource policies grant the pull. */
  identity: 'role' | 'grant';
  plugin: Plugin;
  kubelet: Kubelet;
  /** Whether a daemon on the node mints once for all plugins, and keeps the token. */
  daemon: boolean;
  /** The nodes start, and start again, within this. Milliseconds. */
  startWindow: number;
  seed: number;
}

/** The account that asks for a token of ECR is the role's, or the node's. */
export function ecrAccounts({ identity, registries, accounts }: Fleet): number {
  return identity === 'role' ? registries : accounts;
}

/** Tokens that the fleet needs: a daemon needs one for each identity, a plugin one for each registry. */
function tokensOf({ nodes, registries, identity, daemon }: Fleet): number {
  return identity === 'grant' && daemon ? nodes : nodes * registries;
}

/** No client is faster: each account lets its calls through at its quota's rate. From the first start, in milliseconds. */
export function leastTime(fleet: Fleet): number {
  const ofEcr = tokensOf(fleet) / ecrAccounts(fleet) / ECR_PER_SECOND;
  // STS charges the account that calls AssumeRole, which is the node's.
  const ofSts = fleet.identity === 'role' ? tokensOf(fleet) / fleet.accounts / STS_PER_SECOND : 0;
  return Math.max(fleet.startWindow, Math.max(ofEcr, ofSts) * SECOND);
}
