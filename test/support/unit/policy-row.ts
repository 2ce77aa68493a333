// One row of the table of grant and revoke, and its test, which runs both on the same policy.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Access } from '../../../src/policy/access.ts';
import { grantAccess } from '../../../src/policy/grant.ts';
import type { PolicyDocument, Statement } from '../../../src/policy/policy-document.ts';
import { revokeAccess } from '../../../src/policy/revoke.ts';
import { policy } from './policy.ts';

type Written = PolicyDocument | readonly Statement[];

export interface GrantRow {
  /** The case, as in `An account in a policy that is not ours`. */
  name: string;
  /** A list has the statements of an otherwise ordinary policy. */
  before: Written | undefined;
  access: Access;
  granted: Written | 'the same';
  revoked: Written | 'the same' | 'nothing';
}

export function testRows(rows: readonly GrantRow[]): void {
  for (const { name, before, access, granted, revoked } of rows) {
    test(`${name}: a grant and a revocation do what the table says.`, () => {
      const document = before && documentOf(before);
      const text = JSON.stringify(document);
      const after = grantAccess(document, access);
      if (granted === 'the same') assert.equal(after, document, 'granted');
      else assert.deepEqual(after, documentOf(granted), 'granted');
      const left = revokeAccess(document, access);
      if (revoked === 'the same') assert.equal(left, document, 'revoked');
      else assert.deepEqual(left, revoked === 'nothing' ? undefined : documentOf(revoked), 'revoked');
      assert.equal(JSON.stringify(document), text, 'what was given is not written to');
    });
  }
}

function documentOf(written: Written): PolicyDocument {
  return isList(written) ? policy(...written) : written;
}

function isList(written: Written): written is readonly Statement[] {
  return Array.isArray(written);
}

export function row(
  name: string,
  before: NonNullable<GrantRow['before']>,
  access: Access,
  granted: GrantRow['granted'],
  revoked: GrantRow['revoked'] = 'the same',
): GrantRow {
  return { name, before, access, granted, revoked };
}
