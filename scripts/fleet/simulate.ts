// Simulates a fleet in virtual time: every plugin run, call and throttled answer, in order of time.
import { createRandom } from '../../test/support/random.ts';
import { createAws } from './aws.ts';
import { createCalendar } from './calendar.ts';
import type { Fleet } from './fleet.ts';
import { createTally, END, type Figures, OUTAGE_MS, PHASES, type Phase } from './phases.ts';
import { createPluginRuns } from './plugin-runs.ts';

/** `until` in virtual milliseconds. Phases that began by then have figures. */
export function simulate(fleet: Fleet, until = END): Map<Phase['name'], Figures> {
  const { next: random } = createRandom(fleet.seed);
  const slots = fleet.nodes * fleet.registries;
  const count = slots * fleet.images;
  const aws = createAws(fleet);
  const tally = createTally(slots, aws.quotas);
  const calendar = createCalendar(count + 1, until, random);
  const runs = createPluginRuns(fleet, { aws, tally, calendar, random });
  const figures = new Map<Phase['name'], Figures>();

  function begin(index: number, now: number): void {
    const [phase, following] = [PHASES[index], PHASES[index + 1]];
    if (phase === undefined) return;
    if (phase.starts) runs.startAll(now);
    if (phase.name === 'outage') aws.stopSts(now + OUTAGE_MS);
    tally.open(now, phase.starts);
    // Items below `count` are runs. The item `count` is the change of phases.
    if (following !== undefined) calendar.set(count, following.at);
  }

  let current = 0;
  const close = (now: number) => {
    const phase = PHASES[current];
    if (phase !== undefined) figures.set(phase.name, tally.close(now));
  };
  begin(current, 0);
  calendar.run((item, now) => {
    if (item < count) {
      runs.visit(item, now);
      return;
    }
    close(now);
    current += 1;
    begin(current, now);
  });
  close(until);
  return figures;
}
