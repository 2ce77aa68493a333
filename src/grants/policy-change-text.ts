// What is shown of a policy and of a change of it, and where one is read from beside AWS.

import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import type { CommandContext } from '../cli/command.ts';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { parsePolicy, policyText } from '../policy/policy-document.ts';
import { diffText } from '../terminal/diff.ts';
import { withoutControls } from '../terminal/printable-json.ts';
import { isTerminal } from '../terminal/prompts.ts';
import type { PolicyChange } from './change-policy.ts';

/** As a diff of both in the same form: AWS gives a policy back as it was written, often in one line. */
export function changeText(
  { name, before, after }: PolicyChange,
  { invocation, streams }: Pick<CommandContext, 'invocation' | 'streams'>,
): string {
  // Also one that AWS would take without white space only: of a single line, nobody would see what changes.
  const shown = (text: string | undefined) =>
    text === undefined ? undefined : `${JSON.stringify(parsePolicy(text, name), undefined, 2)}\n`;
  const isColoured = isTerminal(streams.stdout) && !invocation.env.NO_COLOR;
  return diffText({ name, before: shown(before), after: shown(after) }, isColoured);
}

/** For Terraform, CloudFormation or the console: the policy, or `null` for none. */
export function jsonText({ name, after }: PolicyChange): string {
  return `${after === undefined ? 'null' : withoutControls(policyText(parsePolicy(after, name)))}\n`;
}

/** Undefined where it is empty. @param path `-` for stdin. @throws XacctError `file-access` */
export async function readPolicyFile(path: string, stdin: Readable): Promise<string | undefined> {
  // PowerShell writes a byte order mark before what it redirects.
  const text = (path === '-' ? await readText(stdin) : readFile(path)).replace(/^\uFEFF/, '');
  return text.trim() === '' ? undefined : text;
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new XacctError('file-access', `cannot read ${path}`, {
      hint: { run: command`ls -l ${path}` },
      cause,
    });
  }
}
