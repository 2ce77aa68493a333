// An explanation, by the daemon or in this process.

import type { ExplainRequest, Explanation } from '../helper/explain.ts';
import type { Invocation } from '../invocation.ts';
import { askForPeople } from './ask-for-people.ts';

/** By the daemon, which knows more; started only for a token, which it is to keep. @throws XacctError */
export async function explained(
  request: Omit<ExplainRequest, 'env'>,
  invocation: Invocation,
): Promise<Explanation> {
  const byDaemon = await askForPeople<Explanation>(invocation, 'explain', request, request.mint);
  if (byDaemon !== undefined) return byDaemon;
  const { explainHere } = await import('./explain-here.ts');
  return explainHere(request, invocation);
}
