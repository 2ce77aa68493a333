// Tests that the search for the fake AWS's secrets finds them in every place where none may be.
import assert from 'node:assert/strict';
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { CANARY } from '../../fake-aws/canary.ts';
import { startFakeAws } from '../../fake-aws/start-fake-aws.ts';
import { twoAccountWorld } from '../../fake-aws/two-account-world.ts';
import { World } from '../../fake-aws/world.ts';
import { canariesInFiles, canariesInOutput } from '../../support/canary-search.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const SECRET = `${CANARY}-of-a-test`;

describe('the search in files', () => {
  const FORMS = {
    plain: SECRET,
    base64: base64(`AWS:${SECRET}`),
    hex: Buffer.from(SECRET).toString('hex'),
    wide: Buffer.from(SECRET, 'utf16le').toString('latin1'),
  };
  const PLACES = ['home/.local/state/ecr-xacct/daemon.log', 'home/.aws/.credentials.tmp', 'run/left', 'core'];
  const sha1 = '0123456789abcdef0123456789abcdef01234567';
  const ALLOWED = ['.aws/credentials', '.aws/config', `.aws/sso/cache/${sha1}.json`].map(
    (path) => `home/${path}`,
  );

  async function search(path: string, content: string, written: readonly string[] = []) {
    await using made = await mkdtempDisposable(join(tmpdir(), 'canary-'));
    const file = join(made.path, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, 'latin1');
    const found = await canariesInFiles({
      folder: made.path,
      home: join(made.path, 'home'),
      written: new Set(written.map((own) => join(made.path, own))),
    });
    return found.map((one) => ({ ...one, path: one.path.slice(made.path.length + 1) }));
  }

  for (const path of PLACES) {
    for (const [form, content] of Object.entries(FORMS)) {
      test(`finds a secret in ${path}: ${form}`, async () => {
        assert.deepEqual(await search(path, `before ${content} after`), [{ path, form }]);
      });
    }
  }
  for (const path of ALLOWED) {
    test(`lets ${path} have one`, async () => {
      assert.deepEqual(await search(path, SECRET), []);
      assert.equal((await search(`${path}.tmp`, SECRET)).length, 1);
    });
  }
  test('lets what the test wrote have one, and nothing beside it', async () => {
    assert.deepEqual(await search('own/script', SECRET, ['own/script']), []);
    assert.deepEqual(await search('own/script', SECRET, ['own']), []);
    assert.equal((await search('own/script.tmp', SECRET, ['own/script'])).length, 1);
  });
});

test('the search in output leaves out the answer of a get, and nothing else', () => {
  const answer = `${JSON.stringify({ ServerURL: 'x', Username: 'AWS', Secret: SECRET })}\n`;
  const at = (stdout: string, stderr = '', command = ['get']) =>
    canariesInOutput(command, { stdout, stderr }).map(({ path }) => path);
  assert.deepEqual(at(answer), []);
  assert.deepEqual(at(`${SECRET}\n`, '', ['ecr-xacct', 'get-login-password']), []);
  assert.deepEqual(at('', answer, ['ecr-xacct', 'get-login-password']), ['stderr']);
  assert.deepEqual(at(`${answer}${SECRET}`), ['stdout']);
  assert.deepEqual(at(JSON.stringify({ ServerURL: SECRET, Username: 'AWS', Secret: 'x' })), ['stdout']);
  assert.deepEqual(at(`x${answer}`, base64(SECRET)), ['stdout', 'stderr']);
});

test('every secret that the fake AWS has from the beginning has the text in it', () => {
  const cast = twoAccountWorld(new World(Date.now));
  const { dev, denied, admin, secondaryAdmin, webIdentityToken, sso } = cast;
  const secrets = [dev, denied, admin, secondaryAdmin].map(({ secretAccessKey }) => secretAccessKey);
  for (const secret of [...secrets, webIdentityToken, sso.accessToken, sso.refreshToken])
    assert.ok(secret.includes(CANARY), secret);
});

test('and so has every one that it makes', async () => {
  await using aws = await startFakeAws();
  const { dev } = twoAccountWorld(aws.world);
  const caller = aws.world.credentials(dev.accessKeyId)?.caller;
  assert.ok(caller !== undefined);
  const { secretAccessKey, session } = aws.world.issueSession(caller, Date.now());
  assert.equal(secretAccessKey.length, 40);
  for (const secret of [secretAccessKey, session.token]) assert.ok(secret.includes(CANARY));
});
