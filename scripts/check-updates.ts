// Shows how far each target's Node is behind. Exits with 1 if this blocks a release.
//
// usage: npm run check-updates [-- --answers FILE]
//   --answers  a JSON file with npm's answers, by package; default: ask npm's registry
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { pinOf } from './package/node-base.ts';
import {
  blockers,
  describeKnowledge,
  describeState,
  type NodeState,
  nodeStates,
  type RegistryAnswers,
} from './package/node-updates.ts';
import { TARGETS } from './package/targets.ts';

/** For all targets. `answers`: a file; undefined to ask npm's registry. @throws Error if it cannot be asked. */
export function currentNodeStates(answers: string | undefined): NodeState[] {
  const targets = Object.values(TARGETS);
  const said: RegistryAnswers =
    answers === undefined
      ? Object.fromEntries(targets.map(({ nodePackage }) => [nodePackage, askRegistry(nodePackage)]))
      : JSON.parse(readFileSync(answers, 'utf8'));
  return nodeStates(targets, (target) => pinOf(target).version, said);
}

function askRegistry(name: string) {
  const args = ['view', name, 'versions', 'time', '--json'];
  return JSON.parse(execFileSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
}

function main(): void {
  const { answers } = parseArgs({ options: { answers: { type: 'string' } } }).values;
  const states = currentNodeStates(answers);
  for (const state of states) console.log(describeState(state));
  console.log(describeKnowledge(states));
  for (const line of blockers(states)) {
    console.error(`check-updates: ${line}`);
    process.exitCode = 1;
  }
}

if (import.meta.main) main();
