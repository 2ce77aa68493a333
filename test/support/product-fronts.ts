// Owns the list of what answers Docker's protocol: the fronts that the contract holds for.
import type { Product, ProductEnvironment, Ran, RunOptions } from './product.ts';

export interface Front {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: ProductEnvironment;
  /** Whether what one call leaves is there for the next. */
  readonly remembers: boolean;
}

export const fronts: readonly Front[] = [
  {
    name: 'docker-credential-ecr-xacct with a daemon',
    command: ['docker-credential-ecr-xacct'],
    env: {},
    remembers: true,
  },
  {
    name: 'docker-credential-ecr-xacct without a daemon',
    command: ['docker-credential-ecr-xacct'],
    env: { ECR_XACCT_DAEMON: 'off' },
    remembers: false,
  },
  { name: 'ecr-xacct helper', command: ['ecr-xacct', 'helper'], env: {}, remembers: true },
];

/** Runs one of a front's actions; more than one word are an action with arguments. */
export function runFront(
  product: Product,
  { command, env }: Front,
  action: string | readonly string[],
  input: RunOptions['input'] = '',
): Promise<Ran> {
  return product.run([...command, ...[action].flat()], { input, env });
}
