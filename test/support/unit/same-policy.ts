// Normalizes policies, to compare them.
import type { PolicyDocument, Statement } from '../../../src/policy/policy-document.ts';
import { canonicalPrincipal } from '../../../src/policy/principal.ts';

/**
 * AWS reads a policy without a Version as this one.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
 */
const DEFAULT_VERSION = '2008-10-17';

/**
 * Whether two policies mean the same for AWS: the order of statements and lists, the case of actions and the like do
 * not count.
 */
export function samePolicy(left: PolicyDocument, right: PolicyDocument): boolean {
  return canonicalDocument(left) === canonicalDocument(right);
}

function canonicalDocument(document: PolicyDocument): string {
  const statements = [document.Statement].flat().map(canonicalStatement).toSorted();
  return sortedJson({ Version: DEFAULT_VERSION, ...document, Statement: statements });
}

function canonicalStatement(statement: Statement): string {
  const { Condition: condition = {}, ...elements } = statement;
  return sortedJson({
    ...elements,
    ...mapped(elements, ['Principal', 'NotPrincipal'], canonicalPrincipals),
    ...mapped(elements, ['Action', 'NotAction'], (value) => texts(value, (text) => text.toLowerCase())),
    ...mapped(elements, ['Resource', 'NotResource'], (value) => texts(value)),
    Condition: Object.entries(condition)
      .flatMap(([operator, keys]) =>
        Object.entries(keys).map(([key, value]) => [operator, key.toLowerCase(), texts(value)]),
      )
      .map(sortedJson)
      .toSorted(),
  });
}

/** Only the elements that exist. */
function mapped(
  elements: Readonly<Record<string, unknown>>,
  names: readonly string[],
  map: (value: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(
    names.filter((name) => elements[name] !== undefined).map((name) => [name, map(elements[name])]),
  );
}

/** "*" and {"AWS": "*"} are the same. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html */
function canonicalPrincipals(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return { AWS: texts(value, canonicalPrincipal) };
  return Object.fromEntries(
    Object.entries(value).map(([kind, principals]) => [
      kind,
      texts(principals, kind === 'AWS' ? canonicalPrincipal : undefined),
    ]),
  );
}

/** One value or a list, as a set. */
function texts(value: unknown, canonical: (text: string) => string = (text) => text): string[] {
  return [...new Set([value].flat().map((item) => canonical(String(item))))].toSorted();
}

/** JSON with sorted keys. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}
