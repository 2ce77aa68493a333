// Measures the kubelet's plugin, through a daemon that has the token, and without a daemon.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { timerMs } from '../../src/clock.ts';
import { requestOf } from '../../test/support/product/cluster.ts';
import { bin, self } from '../../test/support/product/product.ts';
import { mediansOf, timed } from './measure-gets.ts';
import { type Measurement, roundsFor } from './measurement.ts';
import { atMostTimes } from './report.ts';
import type { Step } from './run-commands.ts';
import { STATIC, type Stage } from './stage.ts';

const PLUGIN = join(bin, 'ecr-xacct-credential-provider');

/** The kubelet's request for an image of the registry. */
async function pluginStep({ product }: Stage, hasDaemon: boolean): Promise<Step> {
  const stdin = join(product.folder, 'request.json');
  await writeFile(stdin, requestOf({ image: `${STATIC.hostname}/app` }));
  const env = { ...product.env, ...(hasDaemon ? { ECR_XACCT_SOCKET: product.socket } : {}) };
  return { args: [PLUGIN], env, stdin };
}

/**
 * Mints once in a new process. The time includes the start of a shell, which passes the job and opens the file
 * descriptor for the answer.
 */
async function mintStep({ product }: Stage): Promise<Step> {
  const { hostname } = STATIC;
  const [account = '', , , region = ''] = hostname.split('.');
  const registry = { service: 'ecr', account, region, partition: 'aws', fips: false, dualStack: false };
  const identity = { kind: 'profile', profile: STATIC.profile };
  const job = join(product.folder, 'job.json');
  const resolution = { hostname, registry, identity, step: 'rule', reason: '', stsRegion: region };
  const asking = {
    resolution,
    env: { '@all': '1', ...product.env },
    timeoutMs: 1_200_000,
    givenAt: timerMs(),
  };
  await writeFile(job, `${JSON.stringify({ question: 'token', ...asking })}\n`);
  // If stdin ends first, the process exits without an answer.
  const script = 'job=$1; shift; exec "$@" mint 3>&1 < <(cat "$job"; exec sleep 2)';
  return { args: ['/bin/bash', '-c', script, 'mint', job, ...self], env: product.env };
}

const pluginWarm: Measurement = {
  name: 'plugin-warm',
  perRoundTrip: false,
  async measure(stage) {
    const commands = [
      { name: 'ours', steps: [await pluginStep(stage, true)] },
      { name: 'get', steps: [stage.steps.ours('get', STATIC)] },
    ];
    const measured = await stage.run(commands, { kind: 'rounds', rounds: roundsFor(stage, 1, 1), warmup: 3 });
    const medians = mediansOf(measured, commands);
    return timed('plugin-warm', 'kubelet plugin, daemon has it', medians, []);
  },
};

const pluginAlone: Measurement = {
  name: 'plugin-alone',
  perRoundTrip: true,
  async measure(stage) {
    const commands = [
      { name: 'ours', steps: [await pluginStep(stage, false)] },
      { name: 'node', steps: [{ args: [process.execPath, '-e', '0'], env: stage.product.env }] },
      { name: 'mint', steps: [await mintStep(stage)] },
    ];
    const measured = await stage.run(commands, {
      kind: 'rounds',
      rounds: roundsFor(stage, 10, 5),
      warmup: 1,
    });
    const medians = mediansOf(measured, commands);
    const { ours = 0, node = 0, mint = 0 } = medians;
    return timed('plugin-alone', 'kubelet plugin, no daemon', medians, [
      atMostTimes(ours, node + mint, 'node + mint', 1.3),
    ]);
  },
};

export const pluginMeasurements: readonly Measurement[] = [pluginWarm, pluginAlone];
