import { buildExecutable } from './package/executable.ts';
import { TARGETS } from './package/targets.ts';

const t = process.argv[2] as keyof typeof TARGETS;
console.time(t);
console.log(
  await buildExecutable(TARGETS[t], `/tmp/exp/x-${process.argv[3] ?? ''}${t}`, '0.1.0').then(
    (x) => x.program,
  ),
);
console.timeEnd(t);
