// Runs a random schedule of events against the built programs, and compares each answer with a model.
//
// usage: npm run chaos [-- --seed N --operations N --quiet]
//   --seed N         the schedule's seed; default: 1. It does not determine the machine's timing
//   --operations N   default: 10000; ends with the first wrong answer
//   --quiet          without progress
//
// It needs root on Linux, for private namespaces in which it sets the programs' clocks.
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
