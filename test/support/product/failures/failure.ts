// Owns the shape of the failure table: what goes wrong, and what the one line about it must say.
import type { Fault } from '../../../fake-aws/faults.ts';
import type { FakeAwsOptions } from '../../../fake-aws/start-fake-aws.ts';
import type { ProductEnvironment, ProductFiles } from '../product.ts';
import type { ProductStage } from '../stage.ts';

/** One way to fail. What is left out is as in `startProductStage`: a rule, its profile `dev`, that profile's keys. */
export interface Failure {
  readonly what: string;
  /** Why it cannot be tried here. */
  readonly skip?: string | false;
  readonly files?: (stage: ProductStage) => ProductFiles;
  readonly env?: (stage: ProductStage) => ProductEnvironment | Promise<ProductEnvironment>;
  /** What else is there, or is not: tokens, session files. */
  readonly prepare?: (stage: ProductStage) => Promise<unknown>;
  /** How the fake AWS is started. */
  readonly aws?: () => FakeAwsOptions | Promise<FakeAwsOptions>;
  /** Strikes every request that it fits. */
  readonly fault?: Fault;
  /** Comes before the program on the command line. */
  readonly command?: readonly string[];
  /** How the line names the identity; for a broken config, the place of the fault. */
  readonly identity: string;
  /** What failed. */
  readonly says: RegExp;
  /** How to fix it. `~` stands for the home folder, `FOLDER` for the one of the test. */
  readonly hint: string;
}
