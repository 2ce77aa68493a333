// What is compared of a run: its result and its identity, as its calls show.
import type { Call, FakeAws } from '../../fake-aws/start-fake-aws.ts';

/** One call that AWS answered, without the parts that differ in each run. */
export interface ObservedCall {
  readonly action: string;
  /** The owner of the signing key: its ID in the case, or the session's role; absent for an unsigned call. */
  readonly by?: string;
  readonly sessionToken?: true;
  readonly region?: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Observation {
  readonly succeeded: boolean;
  /** Without those that AWS rejected. */
  readonly calls: readonly ObservedCall[];
  /** Path below HOME → content after the run: the SSO cache, and a process's `left`. */
  readonly left: Readonly<Record<string, string>>;
  /** For people: every call with its outcome, and the program's output. */
  readonly trace: readonly string[];
}

/** The session names that the programs choose. */
const OWN_NAME = /^(?:botocore-session-\d+|AWS-CLI-session-\d+|ecr-xacct-.+)$/;
/** STS's own default, in seconds: a request with it is the same as one without. */
const STANDARD_DURATION = '3600';
const COMPARED = [
  'RoleArn',
  'RoleSessionName',
  'ExternalId',
  'DurationSeconds',
  'SerialNumber',
  'account_id',
  'role_name',
];

/** The calls that show a run's identity. The region of ECR is the registry's. */
export function observedCalls(aws: FakeAws, namesSessions: boolean): ObservedCall[] {
  return aws.calls.filter(({ outcome }) => outcome === 'ok').map((call) => observed(call, namesSessions));
}

function observed(call: Call, namesSessions: boolean): ObservedCall {
  const { action, service, region, sessionToken, parameters } = call;
  const by = signerOf(call);
  const values = COMPARED.flatMap((name): [string, string][] => {
    const value = parameters[name];
    return value === undefined ? [] : [[name, String(value)]];
  }).filter(
    ([name, value]) =>
      !(name === 'DurationSeconds' && value === STANDARD_DURATION) &&
      !(name === 'RoleSessionName' && !namesSessions && OWN_NAME.test(value)),
  );
  return {
    action,
    ...(by === undefined ? {} : { by }),
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...(service === 'ecr' ? {} : { region }),
    parameters: Object.fromEntries(
      values.map(([name, value]) => [name, value.replace(/-\d{10,}$/, '-TIME')]),
    ),
  };
}

/** A session's key and name differ in each run, so its role identifies it. */
function signerOf({ accessKeyId, principal }: Call): string | undefined {
  if (accessKeyId?.includes('DIFFERENTIAL') || principal === undefined) return accessKeyId;
  return principal.replace(/^(arn:aws:sts::\d+:assumed-role\/[^/]+)\/.*$/, '$1');
}

/** One line for people. */
export function describeCall(call: Call): string {
  const { service, action, accessKeyId, principal, region, parameters, sessionToken, outcome } = call;
  const signer = accessKeyId === undefined ? 'unsigned' : `by ${principal ?? accessKeyId}`;
  const token = sessionToken ? ', with a session token' : '';
  const values = Object.entries(parameters).filter(([name]) => COMPARED.includes(name));
  const words = values.map(([name, value]) => ` ${name}=${value}`).join('');
  return `${service} ${action} in ${region} ${signer}${token}${words}: ${outcome}`;
}
