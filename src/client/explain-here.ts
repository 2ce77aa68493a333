// Explains in this process, with an empty memory, if there is no daemon.

import { type ExplainRequest, type Explanation, explain } from '../helper/explain.ts';
import type { Invocation } from '../invocation.ts';
import { depsAlone } from './answer-here.ts';

/** @throws XacctError if the config cannot be read. */
export function explainHere(
  request: Omit<ExplainRequest, 'env'>,
  { self, env }: Invocation,
): Promise<Explanation> {
  return explain(depsAlone(self), { ...request, env });
}
