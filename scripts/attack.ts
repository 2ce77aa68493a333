// Attacks the built programs with every known kind of attack on credential helpers, and counts wrong answers.
//
// usage: npm run attack [-- --seed N --count N --only NAME]
//   --seed N      the same seed gives the same attacks; default: a random one
//   --count N     the number of each class at the daemon's socket, which is fastest; default: 2000
//   --only NAME   one kind: names, logins, frames, environments, clients, servers, other-users, squatting, disks
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { fronts } from '../test/support/attack/attacked.ts';
import { attackKinds } from '../test/support/attack/run-attacks.ts';
import { createTally } from '../test/support/attack/tally.ts';
import { skipWithout } from '../test/support/peers.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    count: { type: 'string', default: '2000' },
    only: { type: 'string' },
  },
});
const [seed, count] = [Number(values.seed), Number(values.count)];
const kinds = attackKinds.filter(({ name }) => values.only === undefined || name === values.only);
if (!Number.isSafeInteger(seed) || !Number.isInteger(count) || count < 1 || kinds.length === 0) {
  console.error(
    `usage: npm run attack [-- --seed N --count N --only ${attackKinds.map(({ name }) => name).join('|')}]`,
  );
  process.exit(2);
}

console.log(
  `Attacks with seed ${seed}, ${count} of each class at the socket; fewer if each starts a process.\n`,
);
const tally = createTally(({ kind, front, number, attack, fault }) =>
  console.log(`WRONG: ${kind}, number ${number}, at ${front}: ${fault}\n   ${attack}`),
);
const notRoot = skipWithout('namespaces');
for (const { name, needsRoot, run } of kinds) {
  if (needsRoot && notRoot !== false) {
    console.log(`${name}: left out, ${notRoot}`);
    continue;
  }
  const before = tally.total();
  const started = performance.now();
  await run({ seed, count, tally, fronts });
  const seconds = Math.round((performance.now() - started) / 1_000);
  console.log(`${name}: ${tally.total() - before} attacks in ${seconds} s`);
}
const secrets = tally.wrong.filter(({ fault }) => fault.includes('secret')).length;
console.log(`\n${tally.table()}\n`);
console.log(
  `${tally.total()} attacks, wrong answers ${tally.wrong.length}, secrets found ${secrets}; seed ${seed}.`,
);
process.exitCode = tally.wrong.length > 0 ? 1 : 0;
