// The results of the attacks: their number by class and entry point, the faults, and the last table.

export interface Wrong {
  readonly kind: string;
  readonly front: string;
  /** This number and the seed repeat the attack. */
  readonly number: number;
  readonly attack: string;
  readonly fault: string;
}

export interface Tally {
  readonly wrong: readonly Wrong[];
  /** Counts one attack; `fault` is what was wrong with its result. */
  count(attack: Omit<Wrong, 'fault'>, fault: string | undefined): void;
  total(): number;
  /** Rows are classes of attacks, columns are entry points. */
  table(): string;
}

export function createTally(onWrong: (wrong: Wrong) => void = () => {}): Tally {
  const counts = new Map<string, Map<string, number>>();
  const wrong: Wrong[] = [];
  const all = () => [...counts.values()].flatMap((row) => [...row.values()]);
  return {
    wrong,
    count: (attack, fault) => {
      const row = counts.get(attack.kind) ?? new Map<string, number>();
      counts.set(attack.kind, row.set(attack.front, (row.get(attack.front) ?? 0) + 1));
      if (fault === undefined) return;
      const found = { ...attack, fault };
      wrong.push(found);
      onWrong(found);
    },
    total: () => all().reduce((sum, count) => sum + count, 0),
    table: () => {
      const fronts = [...new Set([...counts.values()].flatMap((row) => [...row.keys()]))];
      const rows = [...counts].map(([kind, row]) => [
        kind,
        ...fronts.map((front) => String(row.get(front) ?? '')),
        String(wrong.filter((one) => one.kind === kind).length),
      ]);
      return aligned([['attacks', ...fronts, 'wrong'], ...rows]);
    },
  };
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  return rows.map(line).join('\n');
}
