// The programs that answer Docker's protocol, which the contract tests run.
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { bin, type Product, type ProductEnvironment, type Ran, type RunOptions } from './product.ts';

export interface Front {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: ProductEnvironment;
  /** Whether one call's result is kept for the next. */
  readonly remembers: boolean;
}

/** Without a C compiler, the build makes a script instead. */
const CLIENT = `docker-credential-ecr-xacct (${isScript('docker-credential-ecr-xacct') ? 'TypeScript' : 'native'})`;

export const fronts: readonly Front[] = [
  {
    name: `${CLIENT} with a daemon`,
    command: ['docker-credential-ecr-xacct'],
    env: {},
    remembers: true,
  },
  {
    name: `${CLIENT} without a daemon`,
    command: ['docker-credential-ecr-xacct'],
    env: { ECR_XACCT_DAEMON: 'off' },
    remembers: false,
  },
  { name: 'ecr-xacct helper', command: ['ecr-xacct', 'helper'], env: {}, remembers: true },
];

function isScript(program: string): boolean {
  const start = Buffer.alloc(2);
  const file = openSync(join(bin, program), 'r');
  readSync(file, start);
  closeSync(file);
  return start.toString() === '#!';
}

/** Runs one of a front's actions. More than one word is an action with arguments. */
export function runFront(
  product: Product,
  { command, env }: Front,
  action: string | readonly string[],
  input: RunOptions['input'] = '',
): Promise<Ran> {
  return product.run([...command, ...[action].flat()], { input, env });
}
