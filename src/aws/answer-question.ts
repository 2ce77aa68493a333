// Answers every question to a minter except the one for a token.
import type { CallerIdentity, Outcome, Question, Questions } from '../questions.ts';
import { type Asking, withCredentials } from './with-credentials.ts';

type Answerer<Q extends Question> = (
  asking: Asking,
  input: Questions[Q]['input'],
) => Promise<Outcome<Questions[Q]['answer']>>;

const ANSWERERS: { [Q in Exclude<Question, 'token'>]: Answerer<Q> } = {
  caller: whoAmI,
  policies: async (asking, input) => (await import('./registry-policies.ts')).readPolicies(asking, input),
  'put-policy': async (asking, input) => (await import('./registry-policies.ts')).putPolicy(asking, input),
  'upgrade-scope': async (asking) => (await import('./registry-policies.ts')).upgradePolicyScope(asking),
  'image-state': async (asking, input) => (await import('./image-state.ts')).readImageState(asking, input),
  principal: async (asking, input) => (await import('./principals.ts')).findPrincipal(asking, input),
  simulation: async (asking, input) => (await import('./principals.ts')).simulate(asking, input),
};

export function answerQuestion<Q extends Exclude<Question, 'token'>>(
  { question, input }: { question: Q; input: Questions[Q]['input'] },
  asking: Asking,
): Promise<Outcome<Questions[Q]['answer']>> {
  return ANSWERERS[question](asking, input);
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
function whoAmI(asking: Asking): Promise<Outcome<CallerIdentity>> {
  return withCredentials(asking, 'call', async (credentials, { stsConfig }) => {
    const { getCallerIdentity } = await import('./calls/sts-calls.ts');
    const { Arn = '', Account = '' } = await getCallerIdentity({ ...stsConfig, credentials });
    return { arn: Arn, account: Account };
  });
}
