// `npm run bench`: compares this helper with Amazon's docker-credential-ecr-login and the AWS CLI, against one fake
// AWS.
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { skipWithout } from '../test/support/peers.ts';
import { enterPrivateHosts } from '../test/support/private-hosts.ts';
import { goHelpers } from './bench/go-helpers.ts';
import { describeMachine, type Machine } from './bench/machine.ts';
import { daemonMeasurements } from './bench/measure-daemon.ts';
import { executableMeasurements } from './bench/measure-executable.ts';
import { getMeasurements } from './bench/measure-gets.ts';
import { hostileMeasurements } from './bench/measure-hostile.ts';
import { loadMeasurements } from './bench/measure-loads.ts';
import { pluginMeasurements } from './bench/measure-plugin.ts';
import type { Measurement } from './bench/measurement.ts';
import { type Options, parseOptions, USAGE } from './bench/options.ts';
import { type Row, rowLines, type Section, sectionHead, TABLE_HEAD } from './bench/report.ts';
import { AWS_CLI, type Stage, startStage } from './bench/stage.ts';

const MEASUREMENTS = [
  ...getMeasurements,
  ...loadMeasurements,
  ...daemonMeasurements,
  ...hostileMeasurements,
  ...pluginMeasurements,
  ...executableMeasurements,
];

function end(status: number, message: string): never {
  console.error(message);
  process.exit(status);
}

/** Why the benchmark cannot run here, and how to fix it. */
function obstacle(): string | undefined {
  if (process.getuid?.() !== 0)
    return 'it makes private namespaces, so it needs root: run: sudo npm run bench';
  const missing = [
    ...(goHelpers().length === 0 ? ['docker-credential-ecr-login'] : []),
    ...(existsSync(AWS_CLI) ? [] : [AWS_CLI]),
  ];
  if (missing.length > 0) return `no ${missing.join(', no ')}; run: scripts/install-test-peers`;
  return skipWithout('namespaces') || undefined;
}

async function measureSection(
  stage: Stage,
  title: string,
  measurements: readonly Measurement[],
  rtt: number,
): Promise<Section> {
  const rows: Row[] = [];
  if (measurements.length > 0) console.log(`\n${sectionHead(title)}`);
  for (const measurement of measurements) {
    const row = await measurement.measure(stage, rtt);
    rows.push(row);
    console.log(rowLines(row));
  }
  return { title, rows };
}

async function measureAll(stage: Stage, wanted: readonly Measurement[]): Promise<Section[]> {
  const sections: Section[] = [];
  for (const rtt of stage.options.rtts) {
    const handshake = await stage.aws.setRoundTrip(rtt);
    const title = `${rtt} ms to AWS and back (a TCP handshake: ${handshake.toFixed(2)} ms)`;
    const measurements = wanted.filter(({ perRoundTrip }) => perRoundTrip);
    sections.push(await measureSection(stage, title, measurements, rtt));
  }
  await stage.aws.setRoundTrip(0);
  const once = wanted.filter(({ perRoundTrip }) => !perRoundTrip);
  sections.push(await measureSection(stage, 'Wherever AWS is', once, 0));
  return sections.filter(({ rows }) => rows.length > 0);
}

async function writeJson(options: Options, machine: Machine, sections: readonly Section[]): Promise<void> {
  await mkdir(dirname(options.json), { recursive: true });
  const written = { machine, date: new Date().toISOString(), rounds: options.rounds, sections };
  await writeFile(options.json, `${JSON.stringify(written, undefined, 2)}\n`);
}

async function bench(options: Options): Promise<void> {
  await using stage = await startStage(options);
  const machine = describeMachine(stage.programs.echoCompiler, stage.goHelpers);
  for (const [name, text] of Object.entries(machine)) console.log(`${name.padEnd(8)}${text}`);
  console.log(
    `\nMedians of up to ${options.rounds} rounds, interleaved; spawned directly; ${stage.settle} ms quiet before the cold.\n\n${TABLE_HEAD}`,
  );
  const wanted = MEASUREMENTS.filter(
    ({ name, slow }) => (options.only ?? name) === name && !(slow && options.quick),
  );
  const sections = await measureAll(stage, wanted);
  await writeJson(options, machine, sections);
  const checks = sections
    .flatMap(({ rows }) => rows.flatMap((row) => row.checks))
    .filter((c) => c.target !== '');
  const held = checks.filter(({ holds }) => holds).length;
  console.log(`\n${held} of ${checks.length} targets hold. The numbers are in ${options.json}.`);
}

if (process.argv.slice(2).includes('--help')) {
  console.log(USAGE);
  process.exit(0);
}
const options = parseOptions(
  process.argv.slice(2),
  MEASUREMENTS.map(({ name }) => name),
);
if (typeof options === 'string') end(2, `bench: ${options}\n${USAGE}`);
const reason = obstacle();
if (reason !== undefined) end(1, `bench: ${reason}`);
enterPrivateHosts({});
await bench(options);
