// An ECR resource policy as JSON: statements of ours beside foreign statements, which are kept unchanged.
import type { Node } from 'jsonc-parser';
import { XacctError } from '../errors.ts';
import { jsonTree } from '../json-tree.ts';
import type { Partition } from '../registry/ecr-hostname.ts';

export type OneOrMany = string | readonly string[];
export type ConditionValue = string | number | boolean;

/** Elements that are not listed here are kept, too. */
export interface Statement {
  readonly [element: string]: unknown;
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | Readonly<Record<string, OneOrMany>>;
  readonly NotPrincipal?: '*' | Readonly<Record<string, OneOrMany>>;
  readonly Action?: OneOrMany;
  readonly NotAction?: OneOrMany;
  readonly Resource?: OneOrMany;
  readonly NotResource?: OneOrMany;
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, ConditionValue | readonly ConditionValue[]>>>
  >;
}

export interface PolicyDocument {
  readonly [element: string]: unknown;
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: Statement | readonly Statement[];
}

/** The account and resource that a policy belongs to. */
export interface PolicyOwner {
  kind: 'repository' | 'registry';
  account: string;
  partition: Partition;
  /** Undefined if a Resource may be of any region. */
  region?: string | undefined;
}

/**
 * For the policies of registries and repositories.
 * https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html
 */
export const MAX_POLICY_CHARACTERS = 10_240;

/**
 * Parses a policy; without statements, its list of them is empty. `what` names the text in messages: `the policy of
 * repository team/app`, or a file.
 * @throws XacctError `policy` if it is not a policy, or would mean something else to AWS than it appears to.
 */
export function parsePolicy(text: string, what: string): PolicyDocument {
  const { root, fault: syntax } = jsonTree(text);
  if (syntax !== undefined) throw invalid(text, syntax.offset, `is ${syntax.message}`, what);
  if (root?.type !== 'object') throw invalid(text, root?.offset ?? 0, 'is not a JSON object', what);
  refuseAmbiguous(root, text, what);
  const document: Record<string, unknown> = JSON.parse(text);
  const { Statement: statements = [], Version: version, Id: id } = document;
  if (![version, id].every((value) => value === undefined || typeof value === 'string')) {
    throw fault(`${what} has a Version or an Id that is not text`);
  }
  for (const [index, statement] of [statements].flat().entries()) {
    const wrong = faultOf(statement);
    if (wrong !== undefined) throw fault(`statement ${index + 1} of ${what} ${wrong}`);
  }
  // The statements were checked above.
  return { ...document, Statement: statements } as PolicyDocument;
}

/** Indented, or without white space if it only fits AWS's limit so. */
export function policyText(document: PolicyDocument): string {
  const compact = JSON.stringify(document);
  const indented = JSON.stringify(document, undefined, 2);
  return indented.length > MAX_POLICY_CHARACTERS && compact.length <= MAX_POLICY_CHARACTERS
    ? compact
    : indented;
}

/**
 * @throws XacctError `policy` if it is too long for AWS. `what` begins the message: `the policy of repository
 * team/app`.
 */
export function checkPolicySize(document: PolicyDocument, what: string): void {
  const { length } = JSON.stringify(document);
  if (length <= MAX_POLICY_CHARACTERS) return;
  throw fault(
    `${what} would have ${length} characters, and AWS accepts ${MAX_POLICY_CHARACTERS}`,
    "name an account instead of its single roles, org:o-… instead of accounts, or a prefix ('team/*') instead of repositories",
  );
}

export function statementsOf(document: PolicyDocument | undefined): readonly Statement[] {
  return [document?.Statement ?? []].flat();
}

/** One, many or no values, as texts. */
export function listOf(value: ConditionValue | readonly ConditionValue[] | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat().map(String);
}

/**
 * Numbers with this many digits are unchanged after parsing and writing.
 * https://262.ecma-international.org/#sec-number.prototype.tostring
 */
const MAX_DIGITS = 15;

/**
 * If a key is in one object twice, AWS and this program may use different ones. A number with many digits would be
 * written as another number.
 */
function refuseAmbiguous(node: Node, text: string, what: string): void {
  if (node.type === 'number') {
    const written = text.slice(node.offset, node.offset + node.length);
    const digits = written.replace(/e.*/i, '').replace(/\D/g, '').replace(/^0+/, '');
    if (digits.length > MAX_DIGITS || !Number.isFinite(node.value)) {
      throw invalid(text, node.offset, `has the number ${written}, which has to be text`, what);
    }
  }
  const seen = new Set<string>();
  for (const child of node.children ?? []) {
    if (child.type === 'property') {
      const key = String(child.children?.[0]?.value);
      if (seen.has(key)) throw invalid(text, child.offset, `has "${key}" twice in one object`, what);
      seen.add(key);
    }
    refuseAmbiguous(child, text, what);
  }
}

/** The fault of a statement, to follow its name; undefined if there is none. */
function faultOf(statement: unknown): string | undefined {
  if (!isObject(statement)) return 'is not an object';
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') {
    return 'has neither "Effect": "Allow" nor "Effect": "Deny"';
  }
  if (statement.Sid !== undefined && typeof statement.Sid !== 'string') return 'has a Sid that is not text';
  for (const name of ['Action', 'NotAction', 'Resource', 'NotResource']) {
    if (!isOptional(statement[name], isTexts))
      return `has a ${name} that is neither text nor a list of texts`;
  }
  for (const name of ['Principal', 'NotPrincipal']) {
    const isPrincipal = (value: unknown) => value === '*' || isObjectOf(value, isTexts);
    if (!isOptional(statement[name], isPrincipal)) {
      return `has a ${name} that is neither "*" nor an object of texts`;
    }
  }
  const isBlock = (value: unknown) => isObjectOf(value, (keys) => isObjectOf(keys, isConditionValues));
  return isOptional(statement.Condition, isBlock)
    ? undefined
    : 'has a Condition that is not an object of operators';
}

function isOptional(value: unknown, is: (value: unknown) => boolean): boolean {
  return value === undefined || is(value);
}

function isTexts(value: unknown): boolean {
  return [value].flat().every((item) => typeof item === 'string');
}

function isConditionValues(value: unknown): boolean {
  return [value].flat().every((item) => ['string', 'number', 'boolean'].includes(typeof item));
}

function isObjectOf(value: unknown, is: (member: unknown) => boolean): boolean {
  return isObject(value) && Object.values(value).every(is);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(text: string, offset: number, message: string, what: string): XacctError {
  const before = text.slice(0, offset).split('\n');
  return fault(`${what} ${message}, line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`);
}

function fault(message: string, say?: string): XacctError {
  return new XacctError('policy', message, { hint: say === undefined ? undefined : { say } });
}
