// Simulates weeks of two machines in minutes: memory must not grow, no answer may be wrong, and mints must be few.
//
// usage: npm run soak [-- --days N --identities N --seed N --machine laptop|server --real --gets N --verbose]
//   --days N, --identities N   default: 30 and 50
//   --seed N                   the seed of all events; default: 1
//   --machine NAME             only this one: the laptop sleeps at night, the server has jobs at all hours
//   --real                     afterwards, also run a real daemon, with real processes, in real time
//   --gets N                   how many gets the real daemon answers; default: 3000
//   --verbose                  also print the figures during the run
import { parseArgs } from 'node:util';
import { brokenByLoad, loadDaemon, loadTable } from '../test/support/product/daemon-load.ts';
import type { MachineKind } from '../test/support/soak/schedule.ts';
import { soak } from '../test/support/soak/soak.ts';
import { brokenPromises, soakTable } from '../test/support/soak/verdict.ts';

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '30' },
    identities: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    machine: { type: 'string' },
    real: { type: 'boolean', default: false },
    gets: { type: 'string', default: '3000' },
    verbose: { type: 'boolean', default: false },
  },
});
const numbers = {
  days: Number(values.days),
  identities: Number(values.identities),
  seed: Number(values.seed),
  gets: Number(values.gets),
};
const machines = (['laptop', 'server'] as const).filter((one) => (values.machine ?? one) === one);

function show(figures: object): void {
  const shown = Object.entries(figures).map(([what, figure]) => `${what} ${figure}`);
  if (values.verbose) console.log(shown.join(', '));
}

/** Prints the results. @returns whether all checks passed. */
function close(table: string, started: number, broken: readonly string[]): boolean {
  const seconds = Math.round((performance.now() - started) / 1_000);
  console.log(`\n${table}\n${'took'.padEnd(26)}${seconds} s`);
  for (const one of broken) console.log(`does not hold: ${one}`);
  return broken.length === 0;
}

async function soakOne(machine: MachineKind): Promise<boolean> {
  const started = performance.now();
  const { days, identities, seed } = numbers;
  console.log(`\n${days} days of a ${machine} with ${identities} identities, seed ${seed} …`);
  const result = await soak({ machine, days, identities, seed }, show);
  for (const fault of result.faults) console.log(fault);
  return close(soakTable(result), started, brokenPromises(result));
}

async function loadOne(): Promise<boolean> {
  const started = performance.now();
  console.log(`\nA real daemon, asked ${numbers.gets} times …`);
  const result = await loadDaemon(numbers.gets, show);
  return close(loadTable(result), started, brokenByLoad(result));
}

const isBad = Object.entries(numbers).find(([, value]) => !Number.isInteger(value) || value < 1);
if (isBad !== undefined || machines.length === 0) {
  console.error(
    'usage: npm run soak [-- --days N --identities N --seed N --machine laptop|server --real --gets N]',
  );
  process.exitCode = 2;
} else {
  const held: boolean[] = [];
  for (const machine of machines) held.push(await soakOne(machine));
  if (values.real) held.push(await loadOne());
  if (!held.every(Boolean)) process.exitCode = 1;
}
