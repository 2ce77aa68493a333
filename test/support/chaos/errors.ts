// The possible lines of a failure: one pattern for each kind of problem, as in docs and failure table.

/** Faults of files, keys or rights, which last until they are fixed. */
export type Problem = 'config' | 'profiles' | 'no profile' | 'no identity' | 'key' | 'denied' | 'assume';

/** Faults that pass: of AWS or the network, or of processes that were killed or suspended. */
export type Trouble =
  | 'throttled'
  | 'AWS failed'
  | 'not AWS'
  | 'reset'
  | 'AWS silent'
  | 'skew'
  | 'killed'
  | 'daemon silent'
  | 'no daemon';

const LINES: Readonly<Record<Problem | Trouble, RegExp>> = {
  config: /config\.yaml:\d+/,
  profiles: /\.aws\/config:\d+: a section header has no closing bracket/,
  'no profile': /there is no profile /,
  'no identity': /no AWS identity: /,
  key: /AWS does not know its access key/,
  denied: /not allowed to call ecr:GetAuthorizationToken/,
  assume: /STS does not let it assume /,
  throttled: /AWS limits the rate of requests/,
  'AWS failed': /AWS failed \(/,
  'not AWS': /is not AWS|answered without (?:an authorization token|credentials)/,
  reset: /cannot reach 127\.0\.0\.1:\d+ \(\w+\)|cannot reach http:/,
  'AWS silent': /did not answer within \d+ s|no answer from AWS within \d+ s/,
  skew: /this machine's clock is /,
  killed: /minter/,
  'daemon silent': /the daemon at \S+ did not answer within \d+ s/,
  'no daemon': /there is no daemon to keep this login/,
};

/** The kinds to which a line may belong. */
export function kindsOf(line: string): (Problem | Trouble)[] {
  const kinds = Object.entries(LINES) as [Problem | Trouble, RegExp][];
  return kinds.filter(([, pattern]) => pattern.test(line)).map(([kind]) => kind);
}
