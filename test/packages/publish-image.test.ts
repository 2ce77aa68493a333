// The images of a release in a registry: one name for both processors, for `COPY --from` in a Dockerfile.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { buildImage } from '../../scripts/package/image.ts';
import { VERSION } from '../../scripts/project.ts';
import { createCertificateAuthority } from '../support/certificates.ts';
import { foreignHost, stageHosts, startOpenRegistry } from '../support/e2e/stage.ts';
import { trust } from '../support/e2e/tls.ts';
import { builtPackages, epoch, versions } from '../support/packages/built-packages.ts';
import { peer, skipWithout } from '../support/peers.ts';
import { enterPrivateHosts } from '../support/private-hosts.ts';

const skip = skipWithout('namespaces', 'musl-gcc', 'rpmbuild', 'buildah', 'skopeo', 'docker-registry');
if (!skip) enterPrivateHosts(stageHosts);

const root = join(import.meta.dirname, '..', '..');
const REPOSITORY = `${foreignHost}/ecr-xacct`;
// This process serves the registry's TLS, so it must not block while it waits for a child.
const run = promisify(execFile);

const publish = (release: string, repository: string) => {
  const script = join(root, 'scripts', 'publish-images.ts');
  return run(process.execPath, [script, '--release', release, '--repository', repository]);
};

describe('the published image', { skip, timeout: 600_000 }, () => {
  const resources = new AsyncDisposableStack();
  let folder: string;
  before(async () => {
    const { muslImage } = await builtPackages();
    folder = mkdtempSync(join(tmpdir(), 'publish-'));
    resources.defer(() => rmSync(folder, { recursive: true }));
    const authority = await createCertificateAuthority();
    await trust(authority, [foreignHost]);
    await startOpenRegistry(resources, await authority.issue([foreignHost]));
    // These small images replace real ones, which this test does not need.
    const tree = join(folder, 'tree');
    mkdirSync(tree);
    writeFileSync(join(tree, 'some'), 'other\n');
    const at = (kind: string) => join(folder, `docker-credential-ecr-xacct-${VERSION}-linux-${kind}.oci.tar`);
    for (const [kind, architecture] of [
      ['x64', 'amd64'],
      ['arm64', 'arm64'],
    ] as const) {
      buildImage({ tree, output: at(kind), architecture, version: VERSION, epoch });
    }
    copyFileSync(muslImage, at('x64-musl'));
    copyFileSync(at('arm64'), at('arm64-musl'));
  });
  after(() => resources.disposeAsync());

  test('is a list with both processors, under the version and the newest, and is copied from in a Dockerfile.', async () => {
    const { stdout } = await publish(folder, REPOSITORY);
    const names = stdout.trimEnd().split('\n');
    assert.equal(names.length, 2);
    for (const [index, kind] of ['', '-musl'].entries()) {
      for (const tag of [`${VERSION}${kind}`, `latest${kind}`]) {
        const { stdout: raw } = await run(peer('skopeo'), [
          'inspect',
          '--raw',
          `docker://${REPOSITORY}:${tag}`,
        ]);
        const digest = createHash('sha256').update(raw).digest('hex');
        assert.equal(names[index], `${REPOSITORY}@sha256:${digest}`);
        const { manifests } = JSON.parse(raw) as { manifests: { platform: { architecture: string } }[] };
        assert.deepEqual(
          manifests.map(({ platform }) => platform.architecture),
          ['amd64', 'arm64'],
        );
      }
    }

    const dockerfile = join(folder, 'Dockerfile');
    writeFileSync(dockerfile, `FROM scratch\nCOPY --from=${names[1]} /usr/local /usr/local\n`);
    const at = (name: string) => join(folder, name);
    const storage = ['--root', at('storage'), '--runroot', at('run'), '--storage-driver', 'vfs'];
    const buildah = async (...args: readonly string[]) =>
      (await run('buildah', [...storage, ...args], { env: { ...process.env, HOME: folder } })).stdout.trim();
    await buildah(
      'build',
      '--quiet',
      '--isolation',
      'chroot',
      '--tag',
      'copied',
      '--file',
      dockerfile,
      folder,
    );
    const image = await buildah('mount', await buildah('from', 'localhost/copied'));
    const said = await run(join(image, 'usr/local/bin/docker-credential-ecr-xacct'), ['version'], {
      env: { HOME: folder, PATH: `${dirname(process.execPath)}:/usr/bin:/bin` },
    });
    assert.ok(said.stdout.trimEnd().endsWith(versions.current), said.stdout);
  });

  test('is not said to be there where the registry took nothing.', async () => {
    await assert.rejects(publish(folder, 'nothing.foreign.example/ecr-xacct'), {
      code: 1,
      stderr:
        /publish-images: nothing\.foreign\.example\/ecr-xacct:.* was not pushed; to see why, run: buildah login nothing\.foreign\.example\n$/,
    });
  });
});
