// `ecr-xacct access`: reads the policies of a registry, and shows whom they let in.

import { callerOf } from '../callers/callers-of.ts';
import { XacctError } from '../errors.ts';
import type { Run } from '../invocation.ts';
import { printableJson } from '../terminal/printable-json.ts';
import { screenOf } from '../terminal/screen.ts';
import { reportOf } from './access-report.ts';
import { accessText } from './access-text.ts';
import { parsePolicyTarget } from './policy-target.ts';

export interface AccessOptions {
  profile?: string;
  json?: true;
}

/** @throws XacctError */
export async function showAccess(text: string, options: AccessOptions, run: Run): Promise<void> {
  const { invocation, streams } = run;
  const where = parsePolicyTarget(text, invocation.env);
  if (where.target.kind === 'prefix' && where.target.name !== '') {
    throw new XacctError('usage', `${text} is neither a registry nor one repository of it`, {
      hint: { say: `for every repository, write ${where.registry.hostname}` },
    });
  }
  const owner = await callerOf(where.registry, options.profile, run);
  const { kind, name } = where.target;
  const policies = await owner.ask('policies', { repository: kind === 'repository' ? name : '*' });
  const report = reportOf(where, policies);
  streams.stdout.write(
    options.json ? printableJson(report) : accessText(report, screenOf(streams.stdout, invocation.env)),
  );
}
