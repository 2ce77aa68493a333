// Explains in this process, with nothing in memory: where there is no daemon.

import { createLazyFallback } from '../docker/fallback/lazy-fallback.ts';
import { type ExplainRequest, type Explanation, explain } from '../helper/explain.ts';
import type { Invocation } from '../invocation.ts';
import { timeoutMs } from '../wire/daemon-variables.ts';
import { askInMinters, depsHere } from './answer-here.ts';

/** @throws XacctError where the config cannot be read. */
export function explainHere(
  request: Omit<ExplainRequest, 'env'>,
  { self, env }: Invocation,
): Promise<Explanation> {
  const deps = depsHere({ ...askInMinters(self), fallback: createLazyFallback(timeoutMs) });
  return explain(deps, { ...request, env });
}
