// From forty SSO profiles to pulls from three accounts, only by `ecr-xacct setup --yes`, and back.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { pullingPrograms } from '../support/e2e/programs.ts';
import {
  accountHosts,
  imageOf,
  type SsoStage,
  startSsoStage,
  withImages,
} from '../support/e2e/sso-accounts.ts';
import { images } from '../support/e2e/stage.ts';
import { skipWithout } from '../support/peers.ts';
import { enterPrivateHosts } from '../support/private-hosts.ts';

const skip = skipWithout('namespaces', 'docker-registry');
if (!skip) enterPrivateHosts({ ...accountHosts });

const [first, second] = withImages.map(({ host }) => host) as [string, string];
/** An expired login, in Docker's format. */
const OLD_LOGIN = { auth: Buffer.from('AWS:expired').toString('base64') };

describe('after setup on a HOME with 40 SSO profiles', { skip, timeout: 120_000 }, () => {
  let stage: SsoStage;
  before(async () => {
    stage = await startSsoStage({ engine: skipWithout('dockerd') === false });
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => {
    stage.registry.calls.length = 0;
  });

  /** The accounts whose roles sent requests to the registries. */
  const seenAccounts = () => [
    ...new Set(
      stage.registry.calls.flatMap(({ principal }) => /::(\d{12}):/.exec(principal ?? '')?.[1] ?? []),
    ),
  ];
  const expected = withImages.map(({ id }) => id);

  for (const { name, missing, pull } of pullingPrograms()) {
    const isDocker = name.startsWith('docker');
    test(`${name} pulls from three accounts, each by its own profile, and undo leaves config.json as it was`, {
      skip: missing,
    }, async (t) => {
      const content = JSON.stringify(
        {
          auths: { [`https://${first}`]: OLD_LOGIN, 'quay.io': {} },
          credHelpers: { [second]: 'ecr-login' },
          detachKeys: 'ctrl-x',
        },
        undefined,
        '\t',
      );
      const workplace = await stage.workplace(t, { '.docker/config.json': content });
      await workplace.succeed(['ecr-xacct', 'setup', '--yes']);
      for (const account of withImages) await workplace.succeed(pull(imageOf(account)));
      assert.deepEqual(seenAccounts(), expected);
      await workplace.succeed(['ecr-xacct', 'setup', '--undo', '--yes']);
      assert.equal(await readFile(join(workplace.home, '.docker/config.json'), 'utf8'), content);
    });

    // docker itself does not read auth.json.
    for (const options of isDocker ? [] : [[], ['--creds-store']]) {
      const title = ['setup --podman', ...options].join(' ');
      test(`${name} pulls from three accounts and from elsewhere by ${title} alone`, {
        skip: missing || (isDocker && 'reads no auth.json'),
      }, async (t) => {
        const login = JSON.stringify({ auths: { [first]: OLD_LOGIN, [`${second}/team`]: OLD_LOGIN } });
        const workplace = await stage.workplace(t, { '../runtime/containers/auth.json': login });
        await workplace.succeed(['ecr-xacct', 'setup', '--podman', '--yes', ...options]);
        for (const account of withImages) await workplace.succeed(pull(imageOf(account)));
        assert.deepEqual(seenAccounts(), expected);
        await workplace.succeed(pull(images.foreign));
        await workplace.succeed(['ecr-xacct', 'setup', '--undo', '--yes']);
        assert.equal(await readFile(join(workplace.home, '../runtime/containers/auth.json'), 'utf8'), login);
        const refused = await workplace.run(pull(imageOf(withImages[0] ?? assert.fail())));
        assert.notEqual(refused.status, 0);
      });
    }
  }
});
