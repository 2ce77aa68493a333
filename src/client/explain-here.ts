// Explains in this process, with nothing in memory: where there is no daemon.

import { type ExplainRequest, type Explanation, explain } from '../helper/explain.ts';
import type { Invocation } from '../invocation.ts';
import { depsAlone } from './answer-here.ts';

/** @throws XacctError where the config cannot be read. */
export function explainHere(
  request: Omit<ExplainRequest, 'env'>,
  { self, env }: Invocation,
): Promise<Explanation> {
  return explain(depsAlone(self), { ...request, env });
}
