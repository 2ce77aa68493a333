// Runs a random schedule of everything that may happen to the built programs, and judges each answer by a model of its own.
//
// usage: npm run chaos [-- --seed N --operations N --quiet]
//   --seed N         of the schedule; 1 unless told. What the machine does at the same moment has no seed
//   --operations N   10000 unless told; it ends with the first answer that is wrong
//   --quiet          without progress
//
// It needs root on Linux, for namespaces of its own: in them the clocks of the programs are set, and nothing else's.
import { parseArgs } from 'node:util';
import { isRight, report } from '../test/support/chaos/report.ts';
import { runChaos } from '../test/support/chaos/run.ts';
import { startChaosStage } from '../test/support/chaos/stage.ts';
import { skipWithout } from '../test/support/peers.ts';
import { enterPrivateHosts } from '../test/support/private-hosts.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    operations: { type: 'string', default: '10000' },
    quiet: { type: 'boolean', default: false },
  },
});
const [seed, operations] = [Number(values.seed), Number(values.operations)];
const STEP = 500;

const reason = skipWithout('namespaces', 'cc');
if (!Number.isSafeInteger(seed) || !Number.isInteger(operations) || operations < 1) {
  console.error('usage: npm run chaos [-- --seed N --operations N --quiet]');
  process.exitCode = 2;
} else if (reason !== false) {
  console.error(reason);
  process.exitCode = 1;
} else {
  enterPrivateHosts({});
  console.log(`${operations} operations of seed ${seed}\n`);
  let shown = 0;
  await using stage = await startChaosStage();
  const outcome = await runChaos(stage, seed, operations, (done) => {
    if (values.quiet || done < shown + STEP) return;
    shown = done;
    console.log(`${String(done).padStart(8)} done, ${stage.aws.issuedTokens.length} tokens issued`);
  });
  console.log(report(outcome, seed));
  process.exitCode = isRight(outcome) ? 0 : 1;
}
