// How far the Node of each target is behind: the newest of its npm package, the newest of its line, and security releases.
import NODE_SECURITY from '../../packaging/node-security.json' with { type: 'json' };
import type { Target } from './targets.ts';

/** What npm's registry says of a package: `npm view PACKAGE versions time --json`. */
export interface RegistryAnswer {
  readonly versions: readonly string[];
  /** By version: when it was published, as in ISO 8601. */
  readonly time: Readonly<Record<string, string>>;
}

/** By npm package. */
export type RegistryAnswers = Readonly<Record<string, RegistryAnswer | undefined>>;

/** What was looked up of a line of Node, such as 26. */
interface Line {
  /** The day on which it was. */
  readonly read: string;
  /** By version. One that is not here was not looked up. */
  readonly releases: Readonly<Record<string, { readonly security: boolean }>>;
}

export interface NodeState {
  readonly target: Target;
  readonly pinned: string;
  /** The newest of the same line that its npm package has. */
  readonly newest: Published;
  /** The newest of the same line that any target's npm package has. */
  readonly newestOfLine: Published;
  /** Security releases after the pinned version that this package could be raised to. */
  readonly missed: readonly string[];
  /** Security releases after the newest version of this package: it does not have them yet. */
  readonly awaited: readonly string[];
  /** Versions after the pinned one that npm has for any target, and that packaging/node-security.json says nothing of. */
  readonly unread: readonly string[];
  /** The day on which packaging/node-security.json was last brought up to date. */
  readonly read: string;
}

interface Published {
  readonly version: string;
  /** The day: 2026-10-22. */
  readonly date: string;
}

/** A state for each target. `pins`: its version, by target. @throws Error where npm's registry says nothing of a package. */
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
      // A version after a security release has what that one fixed.
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

/** The one that was first of those with the highest version. */
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

/** A line for people: what is pinned, what is newer and since when, and which of that is a security release. */
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

/** Why a release is refused, with what to do, for each target for which it is. */
export function blockers(states: readonly NodeState[]): string[] {
  return states.flatMap(({ target, pinned, newest, missed, unread }) => {
    // What its package does not have, it could not be raised to.
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

/** How old that is by which security releases are known. */
export function describeKnowledge(states: readonly NodeState[]): string {
  const read = states.map((state) => state.read).toSorted()[0];
  return `Security releases are known by packaging/node-security.json, as of ${read}: one that came later is not known here.`;
}

/** For the notes of a release: which Node is inside, and which security releases a target still waits for. */
export function nodeNotes(states: readonly NodeState[]): string {
  const lines = states.map(({ target, pinned, awaited }) => {
    const waits = `; **without the fixes of Node ${awaited.join(', ')}**: npm has no newer Node for it yet`;
    return `- \`${target.name}\`: Node ${pinned}${awaited.length > 0 ? waits : ''}`;
  });
  return `### Node inside\n\n${lines.join('\n')}\n`;
}
