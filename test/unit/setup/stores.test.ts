// `ecr-xacct setup` and the store for all other registries: as the credsStore, and the one that Docker itself chooses.
import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { AWS_BOTH, CONFIG, DOCKER, dockerText, makeSetupHome } from '../../support/unit/setup-home.ts';

describe('with --creds-store', () => {
  test('ours becomes the store, and the former one the fallback; once.', async () => {
    using user = makeSetupHome({
      '.aws/config': AWS_BOTH,
      [DOCKER]: dockerText({ auths: {}, credsStore: 'desktop' }),
    });
    await user.succeed('--yes', '--creds-store');
    assert.equal(user.read(DOCKER), dockerText({ auths: {}, credsStore: 'ecr-xacct' }));
    assert.match(user.read(CONFIG) ?? '', /^fallback_helper: desktop$/m);
    const before = user.files();
    assert.match(await user.succeed('--yes', '--creds-store'), /\nNothing to change\.\n$/);
    assert.match(await user.succeed('--yes'), /\nNothing to change\.\n$/);
    assert.deepEqual(user.files(), before);
    await user.succeed('--undo', '--yes');
    assert.equal(user.read(DOCKER), dockerText({ auths: {}, credsStore: 'desktop' }));
  });

  test('and ours the store already, that is no fallback.', async () => {
    using user = makeSetupHome({
      '.aws/config': AWS_BOTH,
      [DOCKER]: dockerText({ credsStore: 'ecr-xacct' }),
    });
    await user.succeed('--yes', '--creds-store');
    assert.doesNotMatch(user.read(CONFIG) ?? '', /fallback_helper/);
  });

  test('and another fallback in config.yaml, that one stays.', async () => {
    using user = makeSetupHome({
      '.aws/config': AWS_BOTH,
      [DOCKER]: dockerText({ credsStore: 'desktop' }),
      [CONFIG]: 'fallback_helper: pass\n',
    });
    const stdout = await user.succeed('--yes', '--creds-store');
    assert.match(user.read(CONFIG) ?? '', /^fallback_helper: pass$/m);
    assert.match(stdout, /Note: \S+: kept fallback_helper: pass; the former credsStore was desktop\n/);
  });

  test('and no store so far, it is refused, with the reason and the way out.', async () => {
    using user = makeSetupHome({
      '.aws/config': AWS_BOTH,
      [DOCKER]: dockerText({ auths: { 'index.docker.io': { auth: 'x' } } }),
    });
    const before = user.files();
    const { status, stderr } = await user.setup('--yes', '--creds-store');
    assert.equal(status, 1);
    assert.match(
      stderr,
      /has no credsStore .* would no longer read their logins.*\nTo serve only the registries of ECR, run:\n {2}ecr-xacct setup --yes\n$/,
    );
    assert.deepEqual(user.files(), before);
  });
});

describe('the store that Docker chooses by itself', {
  skip: process.platform !== 'linux' && 'has the names of Linux',
}, () => {
  const STORE = 'opt/bin/docker-credential-secretservice';
  const withStore = (content: string) => {
    const user = makeSetupHome({ '.aws/config': AWS_BOTH, [DOCKER]: content, [STORE]: '' });
    chmodSync(join(user.home, STORE), 0o755);
    return user;
  };

  test('is written down, since with our entries Docker would no longer choose it; undo takes it out.', async () => {
    using user = withStore('{}');
    const stdout = await user.succeed('--yes');
    assert.equal(JSON.parse(user.read(DOCKER) ?? '').credsStore, 'secretservice');
    assert.match(
      stdout,
      /Note: \S+: Docker chose secretservice for logins by itself; with credHelpers, this file must name it\n/,
    );
    await user.succeed('--undo', '--yes');
    assert.equal(user.read(DOCKER), '{}');
  });

  test('is the fallback with --creds-store.', async () => {
    using user = withStore('{}');
    await user.succeed('--yes', '--creds-store');
    assert.equal(JSON.parse(user.read(DOCKER) ?? '').credsStore, 'ecr-xacct');
    assert.match(user.read(CONFIG) ?? '', /^fallback_helper: secretservice$/m);
  });

  test('is none where there are logins in the file.', async () => {
    using user = withStore(dockerText({ auths: { 'index.docker.io': { auth: 'x' } } }));
    await user.succeed('--yes');
    assert.doesNotMatch(user.read(DOCKER) ?? '', /credsStore/);
  });
});
