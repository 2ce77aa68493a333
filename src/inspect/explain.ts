// What `ecr-xacct explain` does: asks why a registry has the identity that it has, and shows every step.
import { explained } from '../client/ask-for-people.ts';
import type { Run } from '../invocation.ts';
import { printableJson } from '../terminal/printable-json.ts';
import { screenOf } from '../terminal/screen.ts';
import { explanationText } from './explanation-text.ts';
import { withTilde } from './tilde.ts';

export interface ExplainOptions {
  mint?: true;
  json?: true;
}

/** @returns whether there is an identity and, with `mint`, a token. @throws XacctError */
export async function showExplanation(
  hostname: string,
  { mint, json }: ExplainOptions,
  { invocation, streams }: Run,
): Promise<boolean> {
  const explanation = await explained({ hostname, mint: mint === true }, invocation);
  const screen = screenOf(streams.stdout, invocation.env);
  streams.stdout.write(
    json ? printableJson(explanation) : explanationText(withTilde(explanation, invocation.env.HOME), screen),
  );
  return explanation.error === undefined && explanation.steps.some(({ outcome }) => outcome === 'yes');
}
