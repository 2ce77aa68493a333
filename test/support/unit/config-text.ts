// Texts of config.yaml for tests, with every rule on a line that is known.

/** Where the texts pretend to be. */
export const FILE = '/home/dev/.config/ecr-xacct/config.yaml';

/** A config with one rule: the lines stand under it, each four columns in, from line 3 on. */
export function oneRule(...lines: string[]): string {
  return [
    'registries:',
    '  111122223333.dkr.ecr.us-east-1.amazonaws.com:',
    ...lines.map((line) => `    ${line}`),
  ].join('\n');
}

/** A config with a rule for each key, one a line, from line 2 on. */
export function rulesFor(...keys: string[]): string {
  return ['registries:', ...keys.map((key) => `  "${key}": { profile: dev }`)].join('\n');
}

/** The keys of a role that is assumed, for `oneRule`: lines 3 and 4. */
export const role = ['role_arn: arn:aws:iam::111122223333:role/EcrPull', 'source_profile: dev'];
