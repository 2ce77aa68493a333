// An explanation, by the daemon or in this process.
import type { Front } from '../client/answer.ts';
import type { ExplainRequest, Explanation } from '../helper/explain.ts';
import { askForPeople } from './ask-for-people.ts';

/** By the daemon, which knows more; started only for a token, which it is to keep. @throws XacctError */
export async function explained(request: Omit<ExplainRequest, 'env'>, front: Front): Promise<Explanation> {
  const byDaemon = await askForPeople<Explanation>(front, 'explain', request, request.mint);
  if (byDaemon !== undefined) return byDaemon;
  const { explainHere } = await import('../client/explain-here.ts');
  return explainHere(request, front);
}
