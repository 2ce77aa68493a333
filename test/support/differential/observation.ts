// Owns what is compared of a run: how it ended, and which identity it was, as its calls tell.
import type { Call, FakeAws } from '../../fake-aws/start-fake-aws.ts';

/** One call that AWS answered, without what differs at each run. */
export interface ObservedCall {
  readonly action: string;
  /** Whose key signed it: the ID of a key of the case, or the role whose session it was; absent for an unsigned call. */
  readonly by?: string;
  readonly sessionToken?: true;
  readonly region?: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Observation {
  readonly succeeded: boolean;
  /** Those that AWS refused are not among them. */
  readonly calls: readonly ObservedCall[];
  /** Path below HOME → what the run left there: of the SSO cache, and `left` of a process. */
  readonly left: Readonly<Record<string, string>>;
  /** For people: every call with its outcome, and what the program printed. */
  readonly trace: readonly string[];
}

/** The names that the programs give a session themselves. */
const OWN_NAME = /^(?:botocore-session-\d+|AWS-CLI-session-\d+|ecr-xacct-.+)$/;
/** STS's own default, in seconds: to say it changes nothing. */
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

/** The calls that say who a run was; the region of ECR is the registry's. */
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

/** A session's key is another at each run; its role, and not its name, says whose it is. */
function signerOf({ accessKeyId, principal }: Call): string | undefined {
  if (accessKeyId?.includes('DIFFERENTIAL') || principal === undefined) return accessKeyId;
  return principal.replace(/^(arn:aws:sts::\d+:assumed-role\/[^/]+)\/.*$/, '$1');
}

/** A line for people. */
export function describeCall(call: Call): string {
  const { service, action, accessKeyId, principal, region, parameters, sessionToken, outcome } = call;
  const signer = accessKeyId === undefined ? 'unsigned' : `by ${principal ?? accessKeyId}`;
  const token = sessionToken ? ', with a session token' : '';
  const values = Object.entries(parameters).filter(([name]) => COMPARED.includes(name));
  const words = values.map(([name, value]) => ` ${name}=${value}`).join('');
  return `${service} ${action} in ${region} ${signer}${token}${words}: ${outcome}`;
}
