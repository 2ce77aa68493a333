// Sets up most tests of the built programs: a fake AWS with two accounts, and a user.
import { type FakeAws, type FakeAwsOptions, startFakeAws } from '../../fake-aws/start-fake-aws.ts';
import {
  type AccessKey,
  PRIMARY_ACCOUNT,
  REGION,
  type TwoAccountWorld,
  twoAccountWorld,
} from '../../fake-aws/two-account-world.ts';
import { makeProduct, type Product, type ProductEnvironment, type ProductFiles } from './product.ts';

/** The ECR registry of the account that has the images. */
export const HOST = `${PRIMARY_ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;

/** Disposing ends all of it. */
export interface ProductStage extends AsyncDisposable {
  readonly aws: FakeAws;
  readonly cast: TwoAccountWorld;
  readonly product: Product;
}

export interface StageOptions {
  readonly files?: (cast: TwoAccountWorld) => ProductFiles;
  readonly env?: ProductEnvironment;
  readonly aws?: FakeAwsOptions;
}

/** Starts a fake AWS and makes a user; by default with profile `dev`, its keys, and a rule that names it. */
export async function startProductStage({
  files = devFiles,
  env = {},
  aws: options,
}: StageOptions = {}): Promise<ProductStage> {
  await using resources = new AsyncDisposableStack();
  const aws = resources.use(await startFakeAws(options));
  const cast = twoAccountWorld(aws.world);
  const product = resources.use(await makeProduct(aws, files(cast), env));
  const started = resources.move();
  return { aws, cast, product, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

/** Profile `dev` with static keys, and a rule that names it. */
export function devFiles({ dev }: TwoAccountWorld): ProductFiles {
  return {
    credentials: { dev: keysOf(dev) },
    config: { 'profile dev': { region: REGION } },
    registries: { [HOST]: { profile: 'dev' } },
  };
}

/** Profile `puller` assumes a role of the account with the images; a rule names it. */
export function roleFiles(cast: TwoAccountWorld): ProductFiles {
  return {
    ...devFiles(cast),
    config: {
      'profile dev': { region: REGION },
      'profile puller': { role_arn: roleArn('EcrPull'), source_profile: 'dev', region: REGION },
    },
    registries: { [HOST]: { profile: 'puller' } },
  };
}

/** A role of the account with the images. */
export function roleArn(name: string): string {
  return `arn:aws:iam::${PRIMARY_ACCOUNT}:role/${name}`;
}

/** Settings, for a profile or a rule, of a role that dev may assume with an MFA code. */
export function mfaRole({ mfa }: TwoAccountWorld, name = 'MfaOnly') {
  return { role_arn: roleArn(name), source_profile: 'dev', mfa_serial: mfa.serialNumber };
}

/** The settings of a profile in ~/.aws/credentials. */
export function keysOf({ accessKeyId, secretAccessKey }: AccessKey) {
  return { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey };
}

/** The same as variables. */
export function keyVariables({ accessKeyId, secretAccessKey }: AccessKey) {
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
}

/** Only this stage's secrets: no test that runs at the same time has them in its processes. */
export function tokensOf({ aws }: Pick<ProductStage, 'aws'>): string[] {
  return aws.issuedTokens.map(({ password }) => password);
}

/** Everything in the world that must stay secret. */
export function secretsOf(stage: Pick<ProductStage, 'aws' | 'cast'>): string[] {
  const { cast } = stage;
  return [...tokensOf(stage), cast.dev.secretAccessKey, cast.denied.secretAccessKey, cast.webIdentityToken];
}
