// The form of the failure table: what goes wrong, and what the error line must say.
import type { Fault } from '../../../fake-aws/faults.ts';
import type { FakeAwsOptions } from '../../../fake-aws/start-fake-aws.ts';
import type { ProductEnvironment, ProductFiles } from '../product.ts';
import type { ProductStage } from '../stage.ts';

/** One failure. By default, everything is as in `startProductStage`: a rule, its profile `dev`, that profile's keys. */
export interface Failure {
  readonly what: string;
  /** Why it cannot be tested here. */
  readonly skip?: string | false;
  readonly files?: (stage: ProductStage) => ProductFiles;
  readonly env?: (stage: ProductStage) => ProductEnvironment | Promise<ProductEnvironment>;
  /** What else exists or is missing: tokens, session files. */
  readonly prepare?: (stage: ProductStage) => Promise<unknown>;
  /** The options of the fake AWS. */
  readonly aws?: () => FakeAwsOptions | Promise<FakeAwsOptions>;
  /** A fault for every request that matches. */
  readonly fault?: Fault;
  /** Precedes the program on the command line. */
  readonly command?: readonly string[];
  /** How the line names the identity; for a broken config, the place of the fault. */
  readonly identity: string;
  /** What failed. */
  readonly says: RegExp;
  /** How to fix it. `~` stands for the home folder, `FOLDER` for the one of the test. */
  readonly hint: string;
}
