// The actions of a pull and a push, and whether a statement names them.
import { listOf, type Statement } from './policy-document.ts';
import { matchesWildcard } from './wildcard.ts';

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html */
export const PULL_ACTIONS: readonly string[] = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:GetDownloadUrlForLayer',
];

/**
 * The same page. https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html lists more, but those are
 * for pulls.
 */
export const PUSH_ACTIONS: readonly string[] = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:CompleteLayerUpload',
  'ecr:InitiateLayerUpload',
  'ecr:PutImage',
  'ecr:UploadLayerPart',
];

/** The actions of a push that a pull does not need. */
export const ONLY_PUSH_ACTIONS: readonly string[] = PUSH_ACTIONS.filter(
  (action) => !PULL_ACTIONS.includes(action),
);

/**
 * The actions that each pull needs; Lambda asks for no others.
 * https://docs.aws.amazon.com/lambda/latest/dg/images-create.html
 */
export const NEEDED_PULL_ACTIONS: readonly string[] = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

/** Whether one of the patterns (`ecr:Batch*`) names the action; case is ignored. */
export function namesAction(patterns: readonly string[], action: string): boolean {
  const wanted = action.toLowerCase();
  return patterns.some((pattern) => matchesWildcard(wanted, pattern.toLowerCase()));
}

/** Whether the statement applies to the action, by Action or by NotAction. */
export function isAbout(
  { Action: action, NotAction: others }: Pick<Statement, 'Action' | 'NotAction'>,
  wanted: string,
): boolean {
  return others === undefined ? namesAction(listOf(action), wanted) : !namesAction(listOf(others), wanted);
}

/** Whether two lists have the same actions, in any order and case. */
export function sameActions(left: readonly string[], right: readonly string[]): boolean {
  const [these, those] = [new Set(left.map(lowerCase)), new Set(right.map(lowerCase))];
  return these.size === those.size && [...these].every((action) => those.has(action));
}

function lowerCase(text: string): string {
  return text.toLowerCase();
}
