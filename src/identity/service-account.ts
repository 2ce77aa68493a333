// The service account of a pod as an identity: what its token says of it, and the role that its annotations name.
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Environment } from '../invocation.ts';
import { isRecord } from '../is-record.ts';
import { ROLE_ARN } from '../registry/role-arn.ts';

/** What one token says of its service account; its own text is not in it. Tokens of one service account differ in nothing else. */
export interface ServiceAccount {
  issuer: string;
  audience: string;
  namespace: string;
  name: string;
  uid: string;
  /** Of its annotations: the role that its token is for; undefined where it names none. */
  role_arn: string | undefined;
}

/**
 * Where a caller's environment has the token, on its way to AWS. No shell sets such a name, it is no variable of any process,
 * and what has it is kept no longer than it takes to answer.
 */
const TOKEN = '@service-account-token';

export function withServiceAccountToken(env: Environment, token: string): Environment {
  return { ...env, [TOKEN]: token };
}

export function serviceAccountToken(env: Environment): string | undefined {
  return env[TOKEN];
}

/** Whom a token is for, so that STS takes it: https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html */
export const STS_AUDIENCE = 'sts.amazonaws.com';

/** Annotations that name the role, the first that is there: our own, then those that EKS and its helper for ECR go by. */
export const ROLE_ANNOTATIONS = [
  'ecr-xacct/role-arn',
  'eks.amazonaws.com/ecr-role-arn',
  'eks.amazonaws.com/role-arn',
] as const;

/**
 * Reads the claims of a token of Kubernetes (https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/).
 * Whether it is genuine is for STS to say; the kubelet is who gives it.
 * @throws XacctError `web-identity` where it is no token of a service account, or its annotation no ARN of a role.
 */
export function readServiceAccount(
  token: string,
  annotations: Readonly<Record<string, string>>,
): ServiceAccount {
  const { iss, aud, 'kubernetes.io': of } = record(claimsOf(token));
  const { namespace, serviceaccount } = record(of);
  const { name, uid } = record(serviceaccount);
  const read = { issuer: iss, audience: [aud].flat().join(' '), namespace, name, uid };
  if (!isOfStrings(read)) throw notOne('has no issuer, namespace, name and uid in it');
  const annotation = ROLE_ANNOTATIONS.find((key) => annotations[key]);
  const role_arn = annotation && annotations[annotation];
  if (role_arn !== undefined && !ROLE_ARN.test(role_arn)) {
    throw new XacctError(
      'web-identity',
      `annotation ${annotation} of service account ${read.namespace}/${read.name} is not the ARN of a role: ${role_arn}`,
      { hint: annotateHint(read, annotation) },
    );
  }
  return { ...read, role_arn };
}

/** As in `service account team/app`. */
export function describeServiceAccount(account: ServiceAccount | undefined): string {
  return account === undefined
    ? "the pod's service account"
    : `service account ${account.namespace}/${account.name}`;
}

/** Why no role can be assumed with it. */
export function noServiceAccount(account: ServiceAccount | undefined): XacctError {
  if (account === undefined) {
    return new XacctError(
      'web-identity',
      'the rule is for pods: only the kubelet has their service accounts',
      {
        hint: {
          say: 'with a profile for this machine',
          run: command`ecr-xacct rule add HOST --profile NAME`,
        },
      },
    );
  }
  return new XacctError('web-identity', 'its annotations name no role', {
    hint: annotateHint(account, 'eks.amazonaws.com/ecr-role-arn'),
  });
}

function annotateHint({ namespace, name }: Pick<ServiceAccount, 'namespace' | 'name'>, annotation = '') {
  const key = `${annotation}=arn:aws:iam::ACCOUNT:role/NAME`;
  return {
    run: command`kubectl annotate --overwrite serviceaccount ${name} --namespace ${namespace} ${key}`,
  };
}

/** The kubelet's are some 1,200 characters; STS takes 20,000. */
const MAX_TOKEN = 20_000;

function claimsOf(token: string): unknown {
  const [, payload, , ...more] = token.length > MAX_TOKEN ? [] : token.split('.');
  if (payload === undefined || more.length > 0) throw notOne('is not a JSON Web Token');
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString());
  } catch {
    // The parser's message would quote the token.
    throw notOne('is not a JSON Web Token');
  }
}

function notOne(why: string): XacctError {
  return new XacctError('web-identity', `the service account's token that the kubelet gives ${why}`, {
    hint: {
      say: 'see what the API server issues:',
      run: command`kubectl create token default --audience ${STS_AUDIENCE}`,
    },
  });
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function isOfStrings<K extends string>(values: Readonly<Record<K, unknown>>): values is Record<K, string> {
  return Object.values(values).every((value) => typeof value === 'string' && value !== '');
}
