// The tables of the fleets: results beside the lower bound for any client.
import { type Fleet, leastTime, SECOND } from './fleet.ts';
import { backsOffFirst } from './kubelets.ts';
import { type Figures, OUTAGE_MS, type Phase } from './phases.ts';

export interface Outcome {
  fleet: Fleet;
  /** The simulated phases. */
  figures: ReadonlyMap<Phase['name'], Figures>;
}

const COLUMNS = [
  ...['when', 'nodes', 'registries', 'accounts of nodes', 'identity', 'plugin'],
  ...['at least', 'all have a token'],
  ...['calls/s peak', 'mean', 'throttled by token', 'by node', 'failed runs by node'],
] as const;

const thousands = new Intl.NumberFormat('en');

/** Below ten, two digits are enough. */
export function figureText(figure: number): string {
  return figure >= 9.95 ? thousands.format(Math.round(figure)) : String(Number(figure.toPrecision(2)));
}

function secondsText(milliseconds: number | undefined): string {
  return milliseconds === undefined ? 'never' : `${thousands.format(Math.round(milliseconds / SECOND))} s`;
}

function pluginText({ plugin, daemon, kubelet }: Fleet): string {
  const parts = [plugin.name, daemon ? 'daemon' : '', kubelet === backsOffFirst ? 'kubelet before 1.33' : ''];
  return parts.filter((part) => part !== '').join(', ');
}

/** The cells of one phase, in column order. */
export function cellsOf({ fleet, figures }: Outcome, name: Phase['name']): string[] {
  const of = figures.get(name);
  if (of === undefined) throw new Error(`no figures of ${name}`);
  const starts = name !== 'steady' && name !== 'after';
  // While STS is down, a role gets no token; by then all nodes have started.
  const waits = name === 'outage' && fleet.identity === 'role' ? OUTAGE_MS : 0;
  const least = waits > 0 ? waits + leastTime({ ...fleet, startWindow: 0 }) : leastTime(fleet);
  return [
    name,
    ...[fleet.nodes, fleet.registries, fleet.accounts].map((count) => thousands.format(count)),
    fleet.identity,
    pluginText(fleet),
    starts ? secondsText(least) : '–',
    starts ? secondsText(of.allAfter) : '–',
    ...[of.peak, of.mean, of.throttled / of.tokens, of.throttled / fleet.nodes].map(figureText),
    figureText(of.failedRuns / fleet.nodes),
  ];
}

/** Markdown. Leaves out columns with the same value in all rows, except figures. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const figuresFrom = COLUMNS.indexOf('plugin');
  const shown = COLUMNS.map(
    (_, column) => column >= figuresFrom || new Set(rows.map((row) => row[column])).size > 1,
  );
  const line = (cells: readonly string[]) => `| ${cells.filter((_, column) => shown[column]).join(' | ')} |`;
  const rule = COLUMNS.map((column) => (['when', 'identity', 'plugin'].includes(column) ? '---' : '--:'));
  return [line(COLUMNS), line(rule), ...rows.map(line)].join('\n');
}

/**
 * How a fleet misses the goal: all have a token within 1.2 times the lower bound. The goal is not for kubelets that
 * back off first: they may ask only after the back-off, however the plugin waits.
 */
export function lateness({ fleet, figures }: Outcome): string | undefined {
  if (fleet.kubelet === backsOffFirst) return undefined;
  const allAfter = figures.get('start')?.allAfter ?? Number.POSITIVE_INFINITY;
  const most = leastTime(fleet) * 1.2;
  if (allAfter <= most) return undefined;
  const who = `${fleet.nodes} nodes × ${fleet.registries} by ${fleet.identity} with ${pluginText(fleet)}`;
  return `${who}: all have a token after ${secondsText(allAfter)}, not within ${secondsText(most)}`;
}
