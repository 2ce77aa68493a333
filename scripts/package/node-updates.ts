// Compares the Node of each target with the newest of its npm package, the newest of its line, and security releases.
import NODE_SECURITY from '../../packaging/node-security.json' with { type: 'json' };
import type { Target } from './targets.ts';

/** The answer of `npm view PACKAGE versions time --json`. */
export interface RegistryAnswer {
  readonly versions: readonly string[];
  /** Version → time of its publication, in ISO 8601. */
  readonly time: Readonly<Record<string, string>>;
}

/** By npm package. */
export type RegistryAnswers = Readonly<Record<string, RegistryAnswer | undefined>>;

/** What was looked up about a line of Node, such as 26. */
interface Line {
  /** The day of the lookup. */
  readonly read: string;
  /** By version. A version that is missing here was not looked up. */
  readonly releases: Readonly<Record<string, { readonly security: boolean }>>;
}

export interface NodeState {
  readonly target: Target;
  readonly pinned: string;
  /** The newest version of the same line in its npm package. */
  readonly newest: Published;
  /** The newest version of the same line in the npm package of any target. */
  readonly newestOfLine: Published;
  /** Security releases after the pinned version that this package has. */
  readonly missed: readonly string[];
  /** Security releases that this package does not have yet. */
  readonly awaited: readonly string[];
  /** Versions after the pinned one that npm has for any target, but packaging/node-security.json does not list. */
  readonly unread: readonly string[];
  /** The day of the last lookup for packaging/node-security.json. */
  readonly read: string;
}

interface Published {
  readonly version: string;
  /** A day: 2026-10-22. */
  readonly date: string;
}

/** A state for each target. `pins`: target → version. @throws Error if npm's answer lacks a package. */
export function nodeStates(
  targets: readonly Target[],
  pinOf: (target: Target) => string,
  answers: RegistryAnswers,
  lines: Readonly<Record<string, Line | undefined>> = NODE_SECURITY.lines,
): NodeState[] {
  const byTarget = targets.map(({ nodePackage }) => publishedBy(nodePackage, answers[nodePackage]));
  const all = byTarget.flat();
  return targets.map((target, index) => {
    const pinned = pinOf(target);
    const ofLine = (some: readonly Published[]) =>
      some.filter(({ version }) => lineOf(version) === lineOf(pinned));
    const own = ofLine(byTarget[index] ?? []);
    const newest = newestOf(own);
    const newestOfLine = newestOf(ofLine(all));
    const line = lines[lineOf(pinned)];
    if (newest === undefined || newestOfLine === undefined || line === undefined) {
      throw new Error(`nothing is known of Node ${lineOf(pinned)} in ${target.nodePackage}`);
    }
    const later = Object.entries(line.releases)
      .filter(([version, { security }]) => security && isAfter(version, pinned))
      .map(([version]) => version);
    const published = new Set(ofLine(all).map(({ version }) => version));
    return {
      target,
      pinned,
      newest,
      newestOfLine,
      // Versions after a security release include its fixes.
      missed: later.filter((version) => !isAfter(version, newest.version)),
      awaited: later.filter((version) => isAfter(version, newest.version)),
      unread: [...published]
        .filter((version) => isAfter(version, pinned) && !(version in line.releases))
        .toSorted(compare),
      read: line.read,
    };
  });
}

function publishedBy(name: string, answer: RegistryAnswer | undefined): Published[] {
  if (answer === undefined) throw new Error(`npm's registry says nothing of ${name}`);
  return answer.versions
    .filter((version) => /^\d+\.\d+\.\d+$/.test(version))
    .map((version) => ({ version, date: answer.time[version]?.slice(0, 10) ?? 'a day that is not known' }));
}

function lineOf(version: string): string {
  return version.split('.', 1)[0] ?? version;
}

/** Of the packages with the highest version, the one that had it first. */
function newestOf(all: readonly Published[]): Published | undefined {
  return all.toSorted((a, b) => compare(b.version, a.version) || (a.date < b.date ? -1 : 1))[0];
}

function isAfter(a: string, b: string): boolean {
  return compare(a, b) > 0;
}

function compare(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (const [index, number] of (left ?? []).entries()) {
    const difference = number - (right?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** One line for people: the pinned version, newer ones and since when, and which of them is a security release. */
export function describeState(state: NodeState): string {
  const { target, pinned, newest, newestOfLine, missed, awaited, unread } = state;
  const said = [`${target.name}: Node ${pinned} of ${target.nodePackage}`];
  if (isAfter(newest.version, pinned)) {
    said.push(`its package has ${newest.version} since ${newest.date}`);
  } else if (isAfter(newestOfLine.version, pinned)) {
    said.push(
      'the newest of its package',
      `Node ${lineOf(pinned)} is at ${newestOfLine.version} since ${newestOfLine.date}`,
    );
  } else {
    said.push(`the newest of its package, and of Node ${lineOf(pinned)} in any of these packages`);
  }
  if (missed.length > 0) said.push(`without the fixes of security release ${missed.join(', ')}`);
  if (awaited.length > 0) said.push(`security release ${awaited.join(', ')} is not in its package yet`);
  if (unread.length > 0) said.push(`whether ${unread.join(', ')} is a security release is not known here`);
  return said.join('; ');
}

/** For each target that blocks the release: why, and what to do. */
export function blockers(states: readonly NodeState[]): string[] {
  return states.flatMap(({ target, pinned, newest, missed, unread }) => {
    // The target cannot be raised to a version that its package does not have.
    const open = unread.filter((version) => !isAfter(version, newest.version));
    if (missed.length > 0) {
      return [
        `${target.name} has Node ${pinned} inside, without security release ${missed.join(', ')}; in package.json, set ${target.nodePackage} to ${newest.version}, and run: npm install`,
      ];
    }
    if (open.length === 0) return [];
    return [
      `packaging/node-security.json does not say whether Node ${open.join(', ')} is a security release, which ${target.nodePackage} may have; read Node's changelog, and add it there`,
    ];
  });
}

/** How old the list of security releases is. */
export function describeKnowledge(states: readonly NodeState[]): string {
  const read = states.map((state) => state.read).toSorted()[0];
  return `Security releases are known by packaging/node-security.json, as of ${read}: one that came later is not known here.`;
}

/** For the release notes: which Node is inside, and which security releases a target still lacks. */
export function nodeNotes(states: readonly NodeState[]): string {
  const lines = states.map(({ target, pinned, awaited }) => {
    const waits = `; **without the fixes of Node ${awaited.join(', ')}**: npm has no newer Node for it yet`;
    return `- \`${target.name}\`: Node ${pinned}${awaited.length > 0 ? waits : ''}`;
  });
  return `### Node inside\n\n${lines.join('\n')}\n`;
}
