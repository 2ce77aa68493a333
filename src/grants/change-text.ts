// Shows a change of a policy: as a diff, or as the JSON of the result.
import type { Run } from '../invocation.ts';
import { parsePolicy, policyText } from '../policy/policy-document.ts';
import { diffText } from '../terminal/diff.ts';
import { withoutControls } from '../terminal/printable-json.ts';
import { screenOf } from '../terminal/screen.ts';
import type { PolicyChange } from './change-policy.ts';

/** A diff of both texts in the same form, because AWS returns a policy as it was written, often on one line. */
export function changeText({ name, before, after }: PolicyChange, { invocation, streams }: Run): string {
  // Indented even if AWS accepts the policy only without white space: a diff of a single line shows nothing.
  const shown = (text: string | undefined) =>
    text === undefined ? undefined : `${JSON.stringify(parsePolicy(text, name), undefined, 2)}\n`;
  const screen = screenOf(streams.stdout, invocation.env);
  return diffText({ name, before: shown(before), after: shown(after) }, screen);
}

export function dryRunText(planned: PolicyChange | undefined, run: Run): string {
  return planned === undefined
    ? 'Nothing to change.\n'
    : `${changeText(planned, run)}\nNothing was written: this was a dry run.\n`;
}

/** For Terraform, CloudFormation or the console: the policy, or `null` if there is none. */
export function jsonText({ name, after }: PolicyChange): string {
  return `${after === undefined ? 'null' : withoutControls(policyText(parsePolicy(after, name)))}\n`;
}
