// The simulated fleets, by table, the largest last.
import { type Fleet, HOUR, MINUTE } from './fleet.ts';
import { asksAtEachSync, backsOffFirst } from './kubelets.ts';
import { END } from './phases.ts';
import { ecrCredentialProvider, ours, oursWithoutJitter } from './plugins.ts';

export interface Scenarios {
  title: string;
  fleets: readonly Fleet[];
  /** The rows of each fleet. */
  phases: readonly ('start' | 'steady' | 'restart' | 'outage')[];
  /** The simulated time, in milliseconds. */
  until: number;
}

export interface Limits {
  /** Leaves out larger fleets. */
  nodes: number;
  registries: number;
  seed: number;
}

/** The size of a large cluster; each account has its own clusters. */
const NODES_OF_ACCOUNT = 5_000;
const SIZES = [1_000, 3_000, 10_000, 30_000, 40_000, 100_000];

export function fleetOf(nodes: number, seed: number, more: Partial<Fleet> = {}): Fleet {
  return {
    ...{ nodes, registries: 1, images: 1, accounts: Math.ceil(nodes / NODES_OF_ACCOUNT) },
    ...{ identity: 'role', plugin: ours, kubelet: asksAtEachSync, daemon: false },
    ...{ startWindow: MINUTE, seed },
    ...more,
  };
}

function starts({ nodes, seed }: Limits): Scenarios {
  const sizes = SIZES.filter((size) => size <= nodes);
  const plugins = [ours, oursWithoutJitter, ecrCredentialProvider];
  const fleets = sizes.flatMap((size) => plugins.map((plugin) => fleetOf(size, seed, { plugin })));
  const older = [ours, ecrCredentialProvider].map((plugin) =>
    fleetOf(sizes.at(-1) ?? nodes, seed, { plugin, kubelet: backsOffFirst }),
  );
  return {
    title: 'All nodes start within a minute, one registry',
    fleets: [...fleets, ...older],
    phases: ['start'],
    until: HOUR,
  };
}

function manyRegistries({ nodes, registries, seed }: Limits): Scenarios {
  const asked: readonly Partial<Fleet>[] = [
    { identity: 'role', plugin: ours },
    { identity: 'role', plugin: ecrCredentialProvider },
    { identity: 'grant', plugin: ours },
    { identity: 'grant', plugin: ecrCredentialProvider },
    { identity: 'grant', plugin: ours, daemon: true },
  ];
  const fleets = [10_000, 100_000]
    .filter((size) => size <= nodes)
    .flatMap((size) => [5, 20].filter((count) => count <= registries).map((count) => [size, count] as const))
    .flatMap(([size, count]) => asked.map((more) => fleetOf(size, seed, { ...more, registries: count })));
  return { title: 'Many registries, each with a role, or a grant', fleets, phases: ['start'], until: HOUR };
}

function life({ nodes, seed }: Limits): Scenarios {
  const asked: readonly Partial<Fleet>[] = [
    { plugin: ours },
    { plugin: ours, daemon: true },
    { plugin: oursWithoutJitter },
    { plugin: ecrCredentialProvider },
  ];
  return {
    title: 'A day, a restart of all nodes, and one while STS is out for ten minutes',
    fleets: asked.map((more) => fleetOf(SIZES.findLast((size) => size <= nodes) ?? nodes, seed, more)),
    phases: ['steady', 'restart', 'outage'],
    until: END,
  };
}

export function scenariosOf(limits: Limits): readonly Scenarios[] {
  return [starts(limits), manyRegistries(limits), life(limits)].filter(({ fleets }) => fleets.length > 0);
}
