// Compares the single executable of a package with the Node inside it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildExecutable } from '../package/executable.ts';
import { isBaseThere, nodeBase } from '../package/node-base.ts';
import { nativeTarget } from '../package/targets.ts';
import { VERSION } from '../project.ts';
import { type Measurement, roundsFor } from './measurement.ts';
import { atMostTimes, milliseconds } from './report.ts';
import { median } from './run-commands.ts';

const start: Measurement = {
  name: 'executable',
  perRoundTrip: false,
  async measure(stage) {
    const target = nativeTarget(process.platform, process.arch);
    // There is no network here.
    if (target === undefined || !isBaseThere(target)) {
      throw new Error('executable: its Node is not there; run: npm run package -- --fetch');
    }
    const folder = await mkdtemp(join(tmpdir(), 'ecr-xacct-bench-executable-'));
    try {
      const { program } = await buildExecutable(target, folder, VERSION);
      const script = join(folder, 'line.cjs');
      await writeFile(script, `console.log(${JSON.stringify(VERSION)})`);
      const { env } = stage.product;
      const commands = [
        { name: 'ours', steps: [{ args: [program, '--version'], env }] },
        { name: 'node', steps: [{ args: [nodeBase(target).file, script], env }] },
      ];
      const measured = await stage.run(commands, {
        kind: 'rounds',
        rounds: roundsFor(stage, 2, 10),
        warmup: 2,
      });
      const of = (name: string) => median(measured.of(name).milliseconds);
      const [ours, node] = [of('ours'), of('node')];
      return {
        name: 'executable',
        what: '--version, single executable',
        ours: milliseconds(ours),
        others: `node, a line ${milliseconds(node)}`,
        checks: [atMostTimes(ours, node, 'node', 1.2)],
        numbers: { ours_ms: ours, node_ms: node },
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

export const executableMeasurements: readonly Measurement[] = [start];
