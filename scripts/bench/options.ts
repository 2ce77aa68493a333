// The options of `npm run bench`.
import { parseArgs } from 'node:util';

export interface Options {
  /** Round trips of the sections, in milliseconds. */
  readonly rtts: readonly number[];
  /** Rounds of the cheapest rows; more expensive ones run fewer. */
  readonly rounds: number;
  readonly quick: boolean;
  /** The only row to run. */
  readonly only: string | undefined;
  /** Path of the JSON file. */
  readonly json: string;
  /** Path of the plot of latencies by number of registries. */
  readonly plot: string;
}

export const USAGE = `usage: npm run bench -- [OPTION…]
  --rtt MS       one section, with this round trip to AWS (0 to 1000; default: two sections, 0 and 30)
  --rounds N     rounds of the cheapest rows, 1 to 1000; dearer ones do a fraction (default 200, quick 20)
  --quick        few rounds, and without what waits for a minute
  --only NAME    one row
  --json FILE    where the numbers go (default dist/bench.json)
  --plot FILE    where the plot of the row registries goes (default dist/registries.svg)`;

/** The options, or a line that says what is wrong with them. */
export function parseOptions(args: readonly string[], rows: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        rtt: { type: 'string' },
        rounds: { type: 'string' },
        quick: { type: 'boolean', default: false },
        only: { type: 'string' },
        json: { type: 'string', default: 'dist/bench.json' },
        plot: { type: 'string', default: 'dist/registries.svg' },
      },
    });
    const { quick, only, json, plot } = values;
    if (only !== undefined && !rows.includes(only)) {
      return `--only ${only}: there is no such row; there are ${rows.join(', ')}`;
    }
    const rtt = values.rtt === undefined ? undefined : wholeNumber('--rtt', values.rtt, 0, 1_000);
    const rounds =
      values.rounds === undefined ? (quick ? 20 : 200) : wholeNumber('--rounds', values.rounds, 1, 1_000);
    return { rtts: rtt === undefined ? [0, 30] : [rtt], rounds, quick, only, json, plot };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new Error(`${option} ${text}: must be a whole number from ${least} to ${most}`);
}
