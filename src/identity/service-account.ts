// The service account of a pod as an identity: the claims of its token, and the role in its annotations.
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Environment } from '../invocation.ts';
import { isRecord } from '../is-record.ts';
import { ROLE_ARN } from '../registry/role-arn.ts';

/** The claims of one token, without the token itself. All tokens of one service account have the same claims here. */
export interface ServiceAccount {
  issuer: string;
  audience: string;
  namespace: string;
  name: string;
  uid: string;
  /** The role in its annotations; undefined if they name none. */
  role_arn: string | undefined;
}

/**
 * The name of the variable that carries the token to AWS inside this program. No shell can set such a name, no process
 * gets it, and an environment with it is not kept after the answer.
 */
const TOKEN = '@service-account-token';

export function withServiceAccountToken(env: Environment, token: string): Environment {
  return { ...env, [TOKEN]: token };
}

export function serviceAccountToken(env: Environment): string | undefined {
  return env[TOKEN];
}

/**
 * The audience that STS requires: https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
 */
export const STS_AUDIENCE = 'sts.amazonaws.com';

/** Annotations that name the role; the first one present is used: our own, then those of EKS and its helper for ECR. */
export const ROLE_ANNOTATIONS = [
  'ecr-xacct/role-arn',
  'eks.amazonaws.com/ecr-role-arn',
  'eks.amazonaws.com/role-arn',
] as const;

/**
 * Reads the claims of a Kubernetes token
 * (https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/). It does not verify the signature:
 * STS does, and the token comes from the kubelet.
 * @throws XacctError `web-identity` if it is not a service account's token, or the annotation is not a role ARN.
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

/** The kubelet's tokens have about 1,200 characters; STS accepts 20,000. */
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
