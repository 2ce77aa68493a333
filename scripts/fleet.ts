// Simulates fleets of Kubernetes nodes that ask for tokens within AWS's quotas, by our plugin's rules and by Amazon's.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { plot } from './bench/plot.ts';
import type { Fleet } from './fleet/fleet.ts';
import { ecrCredentialProvider, ours } from './fleet/plugins.ts';
import { cellsOf, figureText, lateness, type Outcome, tableText } from './fleet/report.ts';
import { type Limits, scenariosOf } from './fleet/scenarios.ts';
import { simulate } from './fleet/simulate.ts';

const USAGE = `usage: npm run fleet [-- OPTION…]
  --nodes N        leaves larger fleets out, 1000 to 100000 (default 100000)
  --registries N   leaves more registries out, 1 to 20 (default 20)
  --seed N         the seed of all random numbers (default 1)
  --plot FILE      also draws the calls for each token as an SVG`;

/** For the fleets that start with one registry. */
function plotText(outcomes: readonly Outcome[]): string {
  const lines = [
    { plugin: ours, name: 'ecr-xacct', colour: '#0a7d33' },
    { plugin: ecrCredentialProvider, name: 'half-life rule', colour: '#0b6bcb' },
  ];
  const { kubelet } = outcomes[0]?.fleet ?? {};
  const callsOf = ({ fleet, figures }: Outcome): readonly [number, number] => {
    const { calls = 0, tokens = 0 } = figures.get('start') ?? {};
    return [fleet.nodes, calls / tokens];
  };
  const series = lines.map(({ plugin, name, colour }) => {
    const own = outcomes.filter(({ fleet }) => fleet.plugin === plugin && fleet.kubelet === kubelet);
    return { name, colour, points: own.map(callsOf) };
  });
  const title = 'Calls to AWS for each token: AssumeRole, GetAuthorizationToken';
  return plot(title, 'nodes that start within a minute', series, figureText);
}

function simulateAll(fleets: readonly Fleet[], until: number): Outcome[] {
  return fleets.map((fleet) => ({ fleet, figures: simulate(fleet, until) }));
}

async function run(limits: Limits, plotFile: string | undefined): Promise<void> {
  const begun = performance.now();
  const late: (string | undefined)[] = [];
  for (const [index, { title, fleets, phases, until }] of scenariosOf(limits).entries()) {
    const outcomes = simulateAll(fleets, until);
    const rows = phases.flatMap((phase) => outcomes.map((outcome) => cellsOf(outcome, phase)));
    console.log(`**${title}**\n\n${tableText(rows)}\n`);
    late.push(...outcomes.filter(({ fleet }) => fleet.plugin === ours).map(lateness));
    if (index === 0 && plotFile !== undefined) await writeFile(plotFile, plotText(outcomes));
  }
  for (const line of late.filter((one) => one !== undefined)) {
    console.log(`does not hold: ${line}`);
    process.exitCode = 1;
  }
  console.error(`took ${Math.round((performance.now() - begun) / 1_000)} s`);
}

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    nodes: { type: 'string', default: '100000' },
    registries: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    plot: { type: 'string' },
  },
});
const limits = {
  nodes: Number(values.nodes),
  registries: Number(values.registries),
  seed: Number(values.seed),
};
const isGood = Object.values(limits).every((value) => Number.isInteger(value) && value >= 1);
if (values.help) console.log(USAGE);
else if (isGood && limits.nodes >= 1_000) await run(limits, values.plot);
else {
  console.error(USAGE);
  process.exitCode = 2;
}
