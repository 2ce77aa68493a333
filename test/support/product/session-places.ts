// The machines of sessions that need more: a job of GitHub Actions, and Podman with the image.
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildImage } from '../../../scripts/package/image.ts';
import { PRIMARY_ACCOUNT, REGION, SECONDARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import { jobToken, startGithubJob, trustJobs } from './ci-jobs.ts';
import { bin, type Product } from './product.ts';
import { type SessionMachine, startMachine, startRegistries } from './session-machine.ts';
import { startProductStage } from './stage.ts';

const CI = new URL('../../../docs/ci.md', import.meta.url);

/**
 * A runner with the config in docs/ci.md. Its role in each of the two accounts trusts the job, and each account has an
 * image.
 */
export async function startRunner(): Promise<SessionMachine> {
  await using resources = new AsyncDisposableStack();
  const stage = resources.use(await startProductStage({ files: () => ({}), env: { LANG: 'C.UTF-8' } }));
  trustJobs(stage);
  stage.cast.secondary.repository(REGION, 'team/base');
  const job = resources.use(await startGithubJob({ 'sts.amazonaws.com': jobToken(1) }));
  const registries = await startRegistries(stage, resources, [
    { account: PRIMARY_ACCOUNT, repository: 'team/app' },
    { account: SECONDARY_ACCOUNT, repository: 'team/base' },
  ]);
  const [, config = ''] =
    /^```yaml\n# config\.yaml for GitHub Actions\n([\s\S]*?)^```$/m.exec(await readFile(CI, 'utf8')) ?? [];
  const folder = join(stage.product.home, '.ci');
  await mkdir(folder);
  const ECR_XACCT_CONFIG = join(folder, 'ecr-xacct.yaml');
  await writeFile(ECR_XACCT_CONFIG, config);
  await writeDockerConfig(stage.product.home, [PRIMARY_ACCOUNT, SECONDARY_ACCOUNT]);
  const started = resources.move();
  return {
    product: stage.product,
    env: { ...registries, ...job.env, ECR_XACCT_CONFIG },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

async function writeDockerConfig(home: string, accounts: readonly string[]): Promise<void> {
  const hosts = accounts.map((account) => `${account}.dkr.ecr.${REGION}.amazonaws.com`);
  const credHelpers = Object.fromEntries(hosts.map((host) => [host, 'ecr-xacct']));
  await mkdir(join(home, '.docker'));
  await writeFile(join(home, '.docker/config.json'), JSON.stringify({ credHelpers }));
}

/**
 * The developer's machine with Podman and, as `ecr-xacct.oci.tar`, an image made as for a release, with the native
 * client alone.
 */
export async function startImageMachine(): Promise<SessionMachine> {
  await using resources = new AsyncDisposableStack();
  const machine = resources.use(await startMachine({ registry: false }));
  const { folder, home } = machine.product;
  const tree = join(folder, 'tree');
  await mkdir(join(tree, 'bin'), { recursive: true });
  const client = 'docker-credential-ecr-xacct';
  await copyFile(join(bin, client), join(tree, 'bin', client));
  const output = join(home, 'ecr-xacct.oci.tar');
  buildImage({ tree, output, architecture: 'amd64', version: '1', epoch: 1_700_000_000 });
  const env = await podmanIn(machine.product);
  const started = resources.move();
  return { ...machine, env, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

/** Writes a Podman config that ignores this machine's and uses the fake AWS. @returns the variables for it. */
async function podmanIn({ folder, env }: Product) {
  const CONTAINERS_STORAGE_CONF = join(folder, 'storage.conf');
  const CONTAINERS_CONF = join(folder, 'containers.conf');
  const [graphroot, runroot] = [join(folder, 'images'), join(folder, 'containers')];
  await writeFile(
    CONTAINERS_STORAGE_CONF,
    `[storage]\ndriver = "vfs"\ngraphroot = "${graphroot}"\nrunroot = "${runroot}"\n`,
  );
  const limits = 'default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]';
  const variables = `env = ["AWS_ENDPOINT_URL=${env.AWS_ENDPOINT_URL}"]`;
  await writeFile(
    CONTAINERS_CONF,
    `[containers]\nnetns = "none"\n${limits}\n${variables}\n[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n`,
  );
  return { CONTAINERS_STORAGE_CONF, CONTAINERS_CONF };
}
