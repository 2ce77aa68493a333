// Parses AWS's "access denied" messages: the principal, the action, the resource, and the policy that denies.
import { type Denial, POLICY_TYPES, type PolicyType } from '../denial.ts';

const ARN = 'arn:[!-~]+';
/** AWS's own documentation also spells one of them `sessions policy`. */
const TYPE = POLICY_TYPES.join('|').replace('session ', 'sessions? ');
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html; S3 quotes the resource.
const SUBJECT = new RegExp(
  `(?<![!-~])(?<principal>${ARN}) is not authorized to perform: (?<action>[\\w-]+:\\w+)(?: on resource: "?(?<resource>\\*|${ARN}))?`,
);
const NO_ALLOW = new RegExp(`^[".]? because no (?<type>${TYPE}) allows the `, 'i');
/** `transitively through` names the policy behind the first one. */
const DENY = new RegExp(
  `^[".]? with an explicit deny in (?:an?|the) (?<first>${TYPE})(?: transitively through (?:an?|the) (?<behind>${TYPE}))?(?:: (?<policyArn>${ARN}))?`,
  'i',
);

/** AWS's messages have some hundred characters. */
const MAX_LENGTH = 4_096;

/** Undefined for any other text, and for an encoded authorization message. */
export function parseDenial(message: string): Denial | undefined {
  const text = message.slice(0, MAX_LENGTH).replace(/\s+/g, ' ');
  const subject = SUBJECT.exec(text);
  const { principal, action, resource } = subject?.groups ?? {};
  if (subject === null || principal === undefined || action === undefined) return undefined;
  const rest = text.slice(subject.index + subject[0].length);
  const deny = DENY.exec(rest)?.groups;
  const type = deny?.behind ?? deny?.first ?? NO_ALLOW.exec(rest)?.groups?.type;
  return {
    principal,
    action,
    resource: resource && withoutPunctuation(resource),
    isExplicit: deny !== undefined,
    policyType: type === undefined ? undefined : policyTypeOf(type),
    policyArn: deny?.policyArn && withoutPunctuation(deny.policyArn),
  };
}

function policyTypeOf(text: string): PolicyType | undefined {
  const name = text.toLowerCase().replace('sessions ', 'session ');
  return POLICY_TYPES.find((type) => type.toLowerCase() === name);
}

/** Removes the punctuation of the sentence. */
function withoutPunctuation(arn: string): string {
  return arn.replace(/(?<![".,:;)\]}])[".,:;)\]}]+$/, '');
}
