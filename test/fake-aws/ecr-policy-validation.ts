// Whether ECR accepts a policy: its form, principals and resources, with ECR's own error messages.
import { z } from 'zod';
import type { Account } from './account.ts';
import { REGISTRY_POLICY_V1_ACTIONS } from './authorization.ts';
import { AwsError } from './aws-error.ts';
import { isConditionOperator } from './policy-conditions.ts';
import type { PolicyDocument } from './policy-evaluation.ts';
import type { PolicyHolder } from './resource-policy.ts';
import type { World } from './world.ts';

// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html
const MAX_CHARACTERS = 10_240;

const oneOrMany = z.union([z.string(), z.array(z.string()).min(1)]);
const scalar = z.union([z.string(), z.boolean(), z.number()]).transform(String);
const principal = z.union([
  z.literal('*'),
  z
    .strictObject({ AWS: oneOrMany, Service: oneOrMany, Federated: oneOrMany })
    .partial()
    .refine((named) => Object.keys(named).length > 0),
]);
const condition = z.record(
  z.string().refine(isConditionOperator),
  z.record(z.string(), z.union([scalar, z.array(scalar)])),
);
const statement = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Principal: principal.optional(),
    NotPrincipal: principal.optional(),
    Action: oneOrMany.optional(),
    NotAction: oneOrMany.optional(),
    Resource: oneOrMany.optional(),
    NotResource: oneOrMany.optional(),
    Condition: condition.optional(),
  })
  .refine((parts) => (parts.Principal === undefined) !== (parts.NotPrincipal === undefined))
  .refine((parts) => (parts.Action === undefined) !== (parts.NotAction === undefined))
  .refine((parts) => [parts.Action ?? [], parts.NotAction ?? []].flat().every(isEcrAction));
const document = z
  .strictObject({
    Version: z.enum(['2008-10-17', '2012-10-17']).optional(),
    Id: z.string().optional(),
    Statement: z.union([statement, z.array(statement).min(1)]),
  })
  .refine(({ Statement }) => {
    const sids = [Statement].flat().flatMap(({ Sid }) => (Sid === undefined ? [] : [Sid]));
    return new Set(sids).size === sids.length;
  });

type Written = z.output<typeof document>;

/** A parameter that ECR does not accept. */
export function invalidParameter(parameter: string, constraint: string): AwsError {
  const message = `Invalid parameter at '${parameter}' failed to satisfy constraint: '${constraint}'`;
  return new AwsError('InvalidParameterException', 400, message);
}

/** Throws if ECR would not accept the text as a repository's policy. `present`: the policy that it would replace. */
export function checkRepositoryPolicy(world: World, text: string, present: PolicyHolder): PolicyDocument {
  const written = parse(text, 'Invalid repository policy provided', (parts) => {
    return parts.Resource === undefined && parts.NotResource === undefined;
  });
  checkPrincipals(world, written, present);
  return written;
}

/** The same for the policy of an account's registry in a region. */
export function checkRegistryPolicy(world: World, text: string, owner: Account, region: string): void {
  const own = `arn:${owner.partition}:ecr:${region}:${owner.id}:repository/`;
  const written = parse(text, 'Invalid registry policy provided', (parts) => {
    const resources = [parts.Resource ?? [], parts.NotResource ?? []].flat();
    return resources.length > 0 && resources.every((resource) => resource.startsWith(own));
  });
  const { policyScope, isStrictUnderV1 } = owner.registry(region);
  const actions = [written.Statement].flat().flatMap(({ Action = [] }) => [Action].flat());
  const isTaken = (action: string) => action === 'ecr:*' || REGISTRY_POLICY_V1_ACTIONS.includes(action);
  if (isStrictUnderV1 && policyScope === 'V1' && !actions.every(isTaken)) {
    throw invalidParameter('PolicyText', 'Invalid registry policy provided');
  }
  checkPrincipals(world, written, owner.registry(region));
}

function parse(text: string, refusal: string, isFitting: (part: z.output<typeof statement>) => boolean) {
  if (text.length > MAX_CHARACTERS) {
    throw invalidParameter('PolicyText', `Member must have length less than or equal to ${MAX_CHARACTERS}`);
  }
  const parsed = document.safeParse(jsonOf(text));
  if (!parsed.success || ![parsed.data.Statement].flat().every(isFitting)) {
    throw invalidParameter('PolicyText', refusal);
  }
  const hasWildcard = namedPrincipals(parsed.data).some((name) => name !== '*' && /[*?]/.test(name));
  if (hasWildcard) throw invalidParameter('PolicyText', refusal);
  return parsed.data;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html */
function checkPrincipals(world: World, written: Written, present: PolicyHolder): void {
  const exists = (name: string) => {
    if (name === '*') return true;
    const account = /^(?:arn:[\w-]+:iam::)?(\d{12})(?::root)?$/.exec(name)?.[1];
    if (account !== undefined) return world.accounts.has(account);
    // After a role or user is deleted, the policy contains its IAM ID. A new such ID may not be written.
    if (/^A(?:ROA|IDA)\w{16}$/.test(name)) return present.policyText?.includes(`"${name}"`) === true;
    return world.principal(name) !== undefined;
  };
  if (!namedPrincipals(written).every(exists)) throw invalidParameter('PolicyText', 'Principal not found');
}

/** The AWS principals that a policy names. */
function namedPrincipals(written: Written): string[] {
  return [written.Statement].flat().flatMap(({ Principal: named, NotPrincipal: spared }) => {
    return [named, spared].flatMap((one) => (typeof one === 'object' ? [one.AWS ?? []].flat() : []));
  });
}

function isEcrAction(action: string): boolean {
  return action === '*' || /^ecr:[\w*?]+$/i.test(action);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
