// AWS IAM: the roles and users of the caller's own account, and simulations of their policies.
import type { Role, User } from './account.ts';
import { denialMessage, identityPolicies } from './authorization.ts';
import { AwsError } from './aws-error.ts';
import { managedPolicyArn } from './managed-policies.ts';
import type { Context } from './policy-conditions.ts';
import type { AccessRequest, Policies, PolicyDocument } from './policy-evaluation.ts';
import { evaluate } from './policy-evaluation.ts';
import { awsQuery } from './protocol.ts';
import type { Parameters, Service, SignedCall } from './service.ts';

const VERSION = '2010-05-08';
const CREATED = '2024-01-01T00:00:00Z';
const EVERYTHING = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } as const;

/** One endpoint for all regions of a partition. */
export const iam: Service = {
  name: 'iam',
  protocol: awsQuery(`https://iam.amazonaws.com/doc/${VERSION}/`),
  recognise({ headers, body }) {
    if (!headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return undefined;
    const { Action: action = '', Version: version, ...parameters } = formFields(body);
    return version === VERSION ? { action, parameters } : undefined;
  },
  signed: {
    GetRole: getRole,
    GetUser: getUser,
    ListAttachedRolePolicies: (call) =>
      attachedPolicies(call, findRole(call, 'iam:ListAttachedRolePolicies')),
    ListAttachedUserPolicies: (call) =>
      attachedPolicies(call, findUser(call, 'iam:ListAttachedUserPolicies')),
    SimulatePrincipalPolicy: simulatePrincipalPolicy,
  },
  unsigned: {},
};

function formFields(body: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(body));
}

function getRole(call: SignedCall): object {
  const role = findRole(call, 'iam:GetRole');
  return {
    Role: {
      Path: role.path,
      RoleName: role.name,
      RoleId: role.id,
      Arn: role.arn,
      CreateDate: CREATED,
      AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(role.trust)),
      MaxSessionDuration: role.maxSessionDuration,
    },
  };
}

function getUser(call: SignedCall): object {
  const user = findUser(call, 'iam:GetUser');
  const { path, name, id, arn } = user;
  return { User: { Path: path, UserName: name, UserId: id, Arn: arn, CreateDate: CREATED } };
}

function attachedPolicies({ caller }: SignedCall, { managed = [] }: Role | User): object {
  const { partition } = caller.principal.account;
  return {
    AttachedPolicies: managed.map((name) => ({
      PolicyName: name,
      PolicyArn: managedPolicyArn(name, partition),
    })),
    IsTruncated: false,
  };
}

function simulatePrincipalPolicy(call: SignedCall): object {
  const { parameters, caller } = call;
  const source = String(parameters.PolicySourceArn ?? '');
  const { id } = caller.principal.account;
  if (!/^arn:[\w-]+:iam::\d{12}:(?:role|user)\/.+$/.test(source)) {
    const message = `Invalid Entity Arn: ${source} does not clearly define entity type and name.`;
    throw new AwsError('InvalidInput', 400, message);
  }
  demand(call, 'iam:SimulatePrincipalPolicy', source);
  const principal = call.world.principal(source);
  if (principal === undefined || principal.account.id !== id) {
    throw noSuchEntity(source.includes(':role/') ? 'role' : 'user', source.split('/').at(-1) ?? '');
  }
  const actions = members(parameters, 'ActionNames');
  if (actions.length === 0) {
    throw validationError(
      "Value null at 'actionNames' failed to satisfy constraint: Member must not be null",
    );
  }
  const resources = members(parameters, 'ResourceArns');
  return {
    EvaluationResults: actions.flatMap((action) =>
      (resources.length === 0 ? ['*'] : resources).map((resource) =>
        simulated(principal, action, resource, contextEntries(parameters)),
      ),
    ),
    IsTruncated: false,
  };
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html */
function simulated(principal: Role | User, action: string, resource: string, context: Context): object {
  const { account, boundary } = principal;
  const request: AccessRequest = {
    requester: { arn: principal.arn, account: account.id },
    action,
    resource,
    context,
  };
  const allows = (policies: Partial<Policies>) =>
    evaluate(request, { identity: [EVERYTHING], scp: [], ...policies }).allowed;
  const decision = evaluate(request, { identity: identityPolicies(principal), boundary, scp: account.scp });
  const isMember = account.organization !== undefined || account.scp.length > 0;
  const missing = missingKeys(
    [...identityPolicies(principal), ...account.scp, ...(boundary ? [boundary] : [])],
    context,
  );
  const said = decision.allowed ? 'allowed' : decision.explicit ? 'explicitDeny' : 'implicitDeny';
  return {
    EvalActionName: action,
    EvalResourceName: resource,
    EvalDecision: said,
    ...(isMember
      ? { OrganizationsDecisionDetail: { AllowedByOrganizations: allows({ scp: account.scp }) } }
      : {}),
    ...(boundary === undefined
      ? {}
      : { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: allows({ boundary }) } }),
    ...(missing.length === 0 ? {} : saidToBeMissing(missing, resource, said)),
  };
}

/** IAM puts missing values at the top, or in the resource's result if the call names a resource. */
function saidToBeMissing(MissingContextValues: string[], resource: string, EvalResourceDecision: string) {
  return resource === '*'
    ? { MissingContextValues }
    : {
        ResourceSpecificResults: [{ EvalResourceName: resource, EvalResourceDecision, MissingContextValues }],
      };
}

/** Condition keys that the simulation was not given. Those about the principal are known. */
function missingKeys(policies: readonly PolicyDocument[], context: Context): string[] {
  const known = new Set(Object.keys(context).map((key) => key.toLowerCase()));
  const keys = policies
    .flatMap(({ Statement: statements }) => [statements].flat())
    .flatMap(({ Condition: conditions }) => Object.values(conditions ?? {}))
    .flatMap((keys) => Object.keys(keys));
  return [...new Set(keys)].filter((key) => !known.has(key.toLowerCase()) && !/^aws:principal/i.test(key));
}

function findRole(call: SignedCall, action: string): Role {
  const name = entityName(call.parameters.RoleName, 'roleName');
  const { account } = call.caller.principal;
  const role = account.roles.get(name);
  const arn = role?.arn ?? `arn:${account.partition}:iam::${account.id}:role/${name}`;
  demand(call, action, arn, `role ${name}`);
  if (role === undefined) throw noSuchEntity('role', name);
  return role;
}

/** The user that the call names; without a name, the caller. */
function findUser(call: SignedCall, action: string): User {
  const { account, kind, name: own } = call.caller.principal;
  const { UserName: asked = kind === 'user' ? own : undefined } = call.parameters;
  if (asked === undefined) {
    throw new AwsError(
      'ValidationError',
      400,
      'Must specify userName when calling with non-User credentials',
    );
  }
  const name = entityName(asked, 'userName');
  const user = account.users.get(name);
  const arn = user?.arn ?? `arn:${account.partition}:iam::${account.id}:user/${name}`;
  demand(call, action, arn, `user ${name}`);
  if (user === undefined) throw noSuchEntity('user', name);
  return user;
}

/** `shown`: the name in a denial, instead of the ARN. */
function demand({ caller }: SignedCall, action: string, resource: string, shown = resource): void {
  const denial = denialMessage(caller, { action, resource, shown });
  if (denial !== undefined) throw new AwsError('AccessDenied', 403, denial);
}

function entityName(value: unknown, field: string): string {
  if (typeof value !== 'string' || value === '') {
    throw validationError(`Value null at '${field}' failed to satisfy constraint: Member must not be null`);
  }
  if (/^[\w+=,.@-]+$/.test(value)) return value;
  const rule = 'It must contain only alphanumeric characters and/or the following: +=,.@_-';
  throw new AwsError('ValidationError', 400, `The specified value for ${field} is invalid. ${rule}`);
}

function noSuchEntity(kind: 'role' | 'user', name: string): AwsError {
  return new AwsError('NoSuchEntity', 404, `The ${kind} with name ${name} cannot be found.`);
}

function validationError(detail: string): AwsError {
  return new AwsError('ValidationError', 400, `1 validation error detected: ${detail}`);
}

/** A list in the query protocol: `NAME.member.1` and so on. */
function members(parameters: Parameters, name: string): string[] {
  const values: string[] = [];
  for (;;) {
    const value = parameters[`${name}.member.${values.length + 1}`];
    if (typeof value !== 'string') return values;
    values.push(value);
  }
}

function contextEntries(parameters: Parameters): Context {
  const entries: [string, string][] = [];
  for (let index = 1; ; index += 1) {
    const entry = `ContextEntries.member.${index}`;
    const name = parameters[`${entry}.ContextKeyName`];
    if (typeof name !== 'string') return Object.fromEntries(entries);
    const [value] = members(parameters, `${entry}.ContextKeyValues`);
    if (value !== undefined) entries.push([name, value]);
  }
}
