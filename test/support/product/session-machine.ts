// Owns the machine that every session begins on.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { devFiles, HOST, keysOf, type ProductStage, roleArn, startProductStage } from './stage.ts';

/**
 * A developer of 444455556666 with a role in 111122223333, and an administrator of that, on one machine, where Docker asks
 * ecr-xacct for one registry.
 */
export async function startMachine(): Promise<ProductStage> {
  const stage = await startProductStage({
    files: (cast) => ({
      ...devFiles(cast),
      credentials: { dev: keysOf(cast.dev), images: keysOf(cast.admin) },
      config: {
        'profile dev': { region: 'us-east-1' },
        'profile images': { region: 'us-east-1' },
        'profile puller': { role_arn: roleArn('EcrPull'), source_profile: 'dev', region: 'us-east-1' },
      },
    }),
    env: { LANG: 'C.UTF-8' },
  });
  const docker = join(stage.product.home, '.docker');
  await mkdir(docker);
  await writeFile(join(docker, 'config.json'), JSON.stringify({ credHelpers: { [HOST]: 'ecr-xacct' } }));
  return stage;
}
