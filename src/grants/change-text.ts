// How a change of a policy is shown: as a diff, or as the JSON of what it becomes.
import type { Run } from '../invocation.ts';
import { parsePolicy, policyText } from '../policy/policy-document.ts';
import { diffText } from '../terminal/diff.ts';
import { withoutControls } from '../terminal/printable-json.ts';
import { screenOf } from '../terminal/screen.ts';
import type { PolicyChange } from './change-policy.ts';

/** As a diff of both in the same form: AWS gives a policy back as it was written, often in one line. */
export function changeText({ name, before, after }: PolicyChange, { invocation, streams }: Run): string {
  // Also where AWS takes the policy only without white space: a diff of a single line shows nothing.
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

/** For Terraform, CloudFormation or the console: the policy, or `null` for none. */
export function jsonText({ name, after }: PolicyChange): string {
  return `${after === undefined ? 'null' : withoutControls(policyText(parsePolicy(after, name)))}\n`;
}
