// Attacks with hostnames: on `get`, with the same names at every entry point, and on `store`.

import { HOST, type ProductStage } from '../product/stage.ts';
import { randomOf } from '../random.ts';
import {
  type Attack,
  type AttackedFront,
  attempted,
  faultOfDaemon,
  inTurns,
  shareOf,
  startWithDaemon,
} from './attacked.ts';
import { nameClasses } from './names.ts';
import { expectedOf, faultOf, isPrintable, mayBeKept } from './rule.ts';

/** Every class at every entry point. The first names are the same, so that differences are found. */
export async function attackByName({ seed, count, tally, fronts }: Attack): Promise<void> {
  await using stage = await startWithDaemon();
  for (const front of fronts) {
    const attacks = Object.entries(nameClasses).flatMap(([kind, make]) =>
      Array.from({ length: shareOf(front, count) }, (_, number) => ({
        kind,
        number,
        input: make(randomOf(seed, kind, number)),
      })),
    );
    await inTurns(attacks, front.atOnce, async ({ kind, number, input }) => {
      const fault = await attempted(front.ask(stage, 'get', input), (ran) =>
        faultOf(expectedOf(input), input, ran, stage.aws.issuedTokens),
      );
      tally.count({ kind, front: front.name, number, attack: shown(input) }, fault);
    });
    tally.count(
      { kind: 'the daemon afterwards', front: front.name, number: 0, attack: '' },
      await faultOfDaemon(stage),
    );
  }
}

/** A login for a name that is not ours is rejected, and a login for another name is never given out for ours. */
export async function attackByLogin({ seed, count, tally, fronts }: Attack): Promise<void> {
  await using stage = await startWithDaemon();
  const kind = 'logins of others';
  const classes = Object.values(nameClasses);
  for (const front of fronts.filter(({ name }) => name !== 'no daemon')) {
    const numbers = Array.from({ length: shareOf(front, count) }, (_, number) => number);
    await inTurns(numbers, front.atOnce, async (number) => {
      const random = randomOf(seed, kind, number);
      const ServerURL = Buffer.from(random.pick(classes)(random)).toString();
      // Logins for our names would be kept, rightly; the others must change nothing.
      if (expectedOf(ServerURL.replace('http://', 'https://')) === 'token') return;
      const fault = await storeAndGet(front, stage, ServerURL, number);
      tally.count({ kind, front: front.name, number, attack: shown(ServerURL) }, fault);
    });
  }
}

async function storeAndGet(front: AttackedFront, stage: ProductStage, ServerURL: string, number: number) {
  const login = JSON.stringify({ ServerURL, Username: 'AWS', Secret: `of-another-${number}` });
  const stored = await attempted(front.ask(stage, 'store', login), ({ status, stdout, stderr }) => {
    if (status === 0 && !mayBeKept(ServerURL)) return 'it is kept';
    return isPrintable(stdout) && isPrintable(stderr) ? undefined : 'what is not printable';
  });
  const given = await attempted(front.ask(stage, 'get', HOST), (ran) =>
    faultOf('token', HOST, ran, stage.aws.issuedTokens),
  );
  return stored ?? given;
}

function shown(input: string | Buffer): string {
  return JSON.stringify(Buffer.from(input).toString('latin1')).slice(0, 200);
}
