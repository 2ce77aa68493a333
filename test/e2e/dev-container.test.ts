// A pull in a container as in docs/dev-containers.md: by the document's script, with the host's identities.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ecrHost, images, type Stage, stageHosts, startStage, throughRole } from '../support/e2e/stage.ts';
import { skipWithout } from '../support/peers.ts';
import { enterPrivateHosts } from '../support/private-hosts.ts';
import { bin } from '../support/product/product.ts';

const skip = skipWithout('namespaces', 'docker-registry', 'skopeo', 'musl-gcc');
if (!skip) enterPrivateHosts(stageHosts);

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../docs/dev-containers.md'), 'utf8');
const SCRIPT = /^```sh\n(#!\/bin\/sh\n[\s\S]*?)^```$/m.exec(DOCUMENT)?.[1] ?? '';
const [, devcontainer = ''] = /^```json\n([\s\S]*?)^```$/m.exec(DOCUMENT) ?? [];
const CLIENT = 'docker-credential-ecr-xacct';

describe('skopeo in a dev container', { skip, timeout: 120_000 }, () => {
  let stage: Stage;
  let container: string;
  before(async () => {
    stage = await startStage({ engine: false });
    container = await mkdtemp(join(tmpdir(), 'container-'));
    await mkdir(join(container, 'libexec'));
    await mkdir(join(container, 'bin'));
    await copyFile(join(bin, CLIENT), join(container, 'libexec', CLIENT));
    await writeFile(join(container, 'bin', CLIENT), SCRIPT, { mode: 0o755 });
    const config = JSON.stringify({ credHelpers: { [ecrHost]: 'ecr-xacct' } });
    await writeFile(join(container, 'config.json'), config);
  });
  after(async () => {
    await rm(container, { recursive: true });
    await stage[Symbol.asyncDispose]();
  });

  test("pulls with the host's identities, and has neither profiles nor rules.", async (t) => {
    const workplace = await stage.workplace(t, throughRole('EcrPull'));
    // On the host, which starts the daemon.
    await workplace.succeed(['skopeo', 'inspect', `docker://${images.shared}`]);
    const asked = stage.aws.count();
    stage.registry.calls.length = 0;
    const { containerEnv, mounts } = JSON.parse(devcontainer);
    const [, variable, folder, target] =
      /^source=\$\{localEnv:(\w+)\}(\/.*),target=(.*),type=bind$/.exec(mounts[0]) ?? [];
    const script = [
      // Only the host has these.
      `mount -t tmpfs none '${workplace.home}'`,
      `mkdir -p '${target}' /usr/local/libexec /root`,
      `mount --bind "$${variable}${folder}" '${target}'`,
      `mount --bind '${container}/libexec' /usr/local/libexec`,
      'unset XDG_RUNTIME_DIR',
      `export HOME=/root HOST_HOME='${workplace.home}' PATH='${container}/bin:/usr/bin:/bin'`,
      `export ECR_XACCT_SOCKET='${containerEnv.ECR_XACCT_SOCKET}'`,
      `exec skopeo inspect --authfile '${container}/config.json' docker://${images.shared}`,
    ];
    await workplace.succeed(['unshare', '--mount', 'sh', '-ec', script.join('\n')]);
    assert.equal(stage.aws.count(), asked);
    const principals = new Set(stage.registry.calls.flatMap(({ principal }) => principal ?? []));
    assert.match([...principals].join(), /^arn:aws:sts::111122223333:assumed-role\/EcrPull\/[^,]+$/);
  });
});
