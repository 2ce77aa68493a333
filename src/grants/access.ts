// `ecr-xacct access`: reads the policies of a registry, and shows who has access.
import { printable, XacctError } from '../errors.ts';
import type { Command } from '../hint.ts';
import type { Run } from '../invocation.ts';
import { printableJson } from '../terminal/printable-json.ts';
import { screenOf } from '../terminal/screen.ts';
import { accessCsv } from './access-csv.ts';
import { reportOf } from './access-report.ts';
import { accessText, remarksOf } from './access-text.ts';
import type { AccessFormat } from './format.ts';
import { ownerFor } from './owner.ts';
import { parsePolicyTarget, targetText } from './policy-target.ts';

export interface AccessOptions {
  profile?: string;
  json?: true;
  format?: AccessFormat;
}

/** @throws XacctError */
export async function showAccess(text: string, options: AccessOptions, run: Run): Promise<void> {
  const { invocation, streams } = run;
  const where = parsePolicyTarget(text, invocation.env);
  const { registry, target } = where;
  if (target.kind === 'prefix' && target.name !== '') {
    throw new XacctError('usage', `${text} is neither a registry nor one repository of it`, {
      hint: { say: `for every repository, write ${registry.hostname}` },
    });
  }
  const { profile, json, format = json ? 'json' : 'table' } = options;
  const typed: Command = [
    ...['ecr-xacct', 'access', targetText(registry.hostname, target)],
    ...(profile === undefined ? [] : ['--profile', profile]),
    ...(format === 'table' ? [] : ['--format', format]),
  ];
  const { answer: report } = await ownerFor({ registry, profile, run, typed }, async (owner) => {
    const repository = target.kind === 'repository' ? target.name : '*';
    return reportOf(where, await owner.ask('policies', { repository }));
  });
  if (where.tag !== undefined) {
    streams.stderr.write(
      `Note: ${printable(where.tag)} is left out: a policy is of a repository and all its images.\n`,
    );
  }
  if (format === 'table') streams.stdout.write(accessText(report, screenOf(streams.stdout, invocation.env)));
  else streams.stdout.write(format === 'json' ? printableJson(report) : accessCsv(report));
  if (format === 'csv') for (const line of remarksOf(report)) streams.stderr.write(`${printable(line)}\n`);
}
