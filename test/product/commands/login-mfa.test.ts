// `ecr-xacct login` with MFA codes: their sources, their effect, and the pulls after them.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { failureOf, type Product, passwordOf, type RunOptions } from '../../support/product/product.ts';
import {
  HOST,
  keysOf,
  mfaRole,
  type ProductStage,
  secretsOf,
  startProductStage,
} from '../../support/product/stage.ts';
import { KEYS, openTerminal, skipWithoutTerminal } from '../../support/product/terminal.ts';

const WEST = HOST.replace('us-east-1', 'us-west-2');

function login(product: Product, words: readonly string[], options?: RunOptions) {
  return product.run(['ecr-xacct', 'login', ...words], options);
}

/** Two roles of one user that require MFA, each for a registry. */
async function startMfa(): Promise<ProductStage> {
  const stage = await startProductStage({
    files: (cast) => ({
      credentials: { dev: keysOf(cast.dev) },
      config: {
        'profile careful': mfaRole(cast),
        'profile admin': mfaRole(cast, 'MfaAdmin'),
      },
      registries: { [HOST]: { profile: 'careful' }, [WEST]: { profile: 'admin' } },
    }),
  });
  const { trust, policies } = stage.cast.primary.roles.get('MfaOnly') ?? assert.fail();
  stage.cast.primary.role('MfaAdmin', { trust, policies });
  return stage;
}

const callsOf = ({ aws }: ProductStage) => aws.calls.map(({ action }) => action);

test('One MFA code serves every role behind the same keys, and no key is asked for it again.', async () => {
  await using stage = await startMfa();
  const { product, cast } = stage;
  const line = failureOf(await product.get(HOST));
  assert.ok(line.endsWith(`; run: ecr-xacct login ${HOST}`), line);
  assert.deepEqual(callsOf(stage), []);

  const { status, stdout, stderr } = await login(product, ['--mfa-code', cast.mfa.code, HOST]);
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  assert.equal(
    stdout,
    `Logged in to ${HOST}
as profile careful; its token lasts 11 h 59 min.
The MFA session of ${cast.mfa.serialNumber}
serves every role behind the same keys for 11 h 59 min.
`,
  );
  const first = ['GetSessionToken', 'AssumeRole', 'GetAuthorizationToken'];
  assert.deepEqual(callsOf(stage), first);

  assert.equal(passwordOf(await product.get(HOST), HOST), stage.aws.issuedTokens[0]?.password);
  passwordOf(await product.get(WEST), WEST);
  assert.match(stage.aws.issuedTokens[1]?.principal ?? '', /assumed-role\/MfaAdmin\//);
  assert.deepEqual(callsOf(stage), [...first, 'AssumeRole', 'GetAuthorizationToken']);
});

test('Another login needs no code as long as the session lasts, and one after logout --all does.', async () => {
  await using stage = await startMfa();
  const { product, cast } = stage;
  await login(product, ['--mfa-code', cast.mfa.code, HOST]);
  assert.equal((await login(product, [WEST])).status, 0);
  await product.run(['ecr-xacct', 'logout', '--all']);
  const { status, stderr } = await login(product, [WEST]);
  assert.equal(status, 1);
  assert.match(
    stderr,
    /an MFA code of .* is required\nThere is no terminal to ask on; with a code, run:\n {2}ecr-xacct login \S+ --mfa-code CODE\n$/,
  );
});

test('On a terminal the code is asked for, again where it is no code, and again where AWS did not take it.', {
  skip: skipWithoutTerminal,
}, async () => {
  await using stage = await startMfa();
  const { product, cast } = stage;
  using terminal = openTerminal(`ecr-xacct login ${HOST}`, product.env);
  await terminal.shows(/MFA code of arn:aws:iam::444455556666:mfa\/dev/);
  terminal.type(`12345${KEYS.enter}`);
  await terminal.shows(/It is six digits\./);
  terminal.type(`${KEYS.clear}000000${KEYS.enter}`);
  await terminal.shows(
    /AWS did not accept this code\. Each works once: wait for the next on the device\.[\s\S]*MFA code of/,
  );
  const { code } = cast.mfa;
  terminal.type(`${code.slice(0, 3)} ${code.slice(3)}${KEYS.enter}`);
  const { status, text } = await terminal.end();
  assert.equal(status, 0, text);
  assert.match(text, /Logged in to 111122223333/);
  assert.doesNotMatch(text, /ecr-xacct: |run the same command/);
  assert.doesNotMatch(text, new RegExp(cast.mfa.code));
  passwordOf(await product.get(HOST), HOST);
});

test('A code on the command line may be in groups, as a device shows it.', async () => {
  for (const between of [' ', '-']) {
    await using stage = await startMfa();
    const { code } = stage.cast.mfa;
    const typed = `${code.slice(0, 3)}${between}${code.slice(3)}`;
    const { status, stderr } = await login(stage.product, ['--mfa-code', typed, HOST]);
    assert.deepEqual([status, stderr], [0, ''], typed);
  }
});

test('A token that lives shorter than usual is said to, with the reason.', async () => {
  await using stage = await startMfa();
  const { product, cast, aws } = stage;
  const expiresAt = aws.world.now() + 3_630_000;
  aws.faults.next({ kind: 'token', action: 'GetAuthorizationToken', expiresAt });
  const { stdout } = await login(product, ['--mfa-code', cast.mfa.code, HOST]);
  assert.match(
    stdout,
    /^as profile careful; its token lasts 1 h 0 min\.\nShorter than ECR's usual 12 h:\n {2}AWS gives no more for the session of role arn:aws:iam::111122223333:role\/MfaOnly \(profile careful\)\.\nThe MFA session /m,
  );
  const config = join(product.home, '.config/ecr-xacct/config.yaml');
  await writeFile(config, `registries: { "${HOST}": { profile: careful } }\nmax_token_age: 2h\n`);
  const capped = await login(product, [HOST]);
  assert.ok(
    capped.stdout.includes(
      `its token lasts 2 h 0 min.\nShorter than ECR's usual 12 h:\n  max_token_age in ${config} allows no more.\n`,
    ),
    capped.stdout,
  );
});

for (const [name, key] of [
  ['Ctrl-C', KEYS.ctrlC],
  ['Escape', KEYS.escape],
] as const) {
  test(`${name} at the question for a code asks AWS nothing, and says so.`, {
    skip: skipWithoutTerminal,
  }, async () => {
    await using stage = await startMfa();
    using terminal = openTerminal(`ecr-xacct login ${HOST}`, stage.product.env);
    await terminal.shows(/MFA code of/);
    terminal.type(`123${key}`);
    const { status, text } = await terminal.end();
    assert.equal(status, 130);
    assert.match(text, /ecr-xacct: cancelled: no code was given/);
    assert.deepEqual(callsOf(stage), []);
    assert.doesNotMatch(text, /123\b/);
  });
}

test('The question for a code is drawn anew where the window is resized, and takes the code.', {
  skip: skipWithoutTerminal,
}, async () => {
  await using stage = await startMfa();
  const { code } = stage.cast.mfa;
  using terminal = openTerminal(`ecr-xacct login ${HOST}`, stage.product.env);
  await terminal.shows(/MFA code of arn:aws:iam::444455556666:mfa\/dev/);
  terminal.type(code.slice(0, 3));
  await terminal.shows(/▪▪▪/);
  terminal.resize(30, 10);
  await terminal.shows(/MFA code of arn:aws:iam::44\s+4455556666:mfa\/dev\s+│ {2}▪▪▪/);
  terminal.type(`${code.slice(3)}${KEYS.enter}`);
  const { status, text } = await terminal.end();
  assert.equal(status, 0, text);
  assert.match(text, /Logged in to 111122223333/);
});

test('A rule’s own mfa_serial is served, too.', async () => {
  await using stage = await startMfa();
  const { product, cast } = stage;
  await product.configure({
    credentials: { dev: keysOf(cast.dev) },
    registries: {
      [HOST]: mfaRole(cast),
    },
  });
  assert.equal((await login(product, ['--mfa-code', cast.mfa.code, HOST])).status, 0);
  passwordOf(await product.get(HOST), HOST);
});

test('A profile of the account that is broken is passed over, as a pull passes over it.', async () => {
  await using stage = await startMfa();
  const { product, cast } = stage;
  await product.configure({
    credentials: { dev: keysOf(cast.dev) },
    config: {
      'profile broken': { ...mfaRole(cast), source_profile: 'gone' },
      'profile careful': mfaRole(cast),
    },
  });
  const { status, stdout, stderr } = await login(product, ['--mfa-code', cast.mfa.code, HOST]);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /\nas profile careful; /);
});

test('The session of a code is kept where the role refuses: another role needs no other code.', async () => {
  await using stage = await startMfa();
  const { product, cast } = stage;
  cast.primary.roles.delete('MfaOnly');
  const refused = await login(product, ['--mfa-code', cast.mfa.code, HOST]);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /profile careful: STS does not let it assume /);
  assert.equal((await login(product, [WEST])).status, 0);
  assert.deepEqual(
    callsOf(stage).filter((action) => action === 'GetSessionToken'),
    ['GetSessionToken'],
  );
});

test('Temporary keys cannot begin a session: the code goes with the role.', async () => {
  await using stage = await startMfa();
  const { product, cast, aws } = stage;
  const caller = aws.world.credentials(cast.dev.accessKeyId)?.caller ?? assert.fail();
  const temporary = aws.world.issueSession(caller, Date.now() + 3_600_000);
  await product.configure({
    credentials: {
      dev: {
        aws_access_key_id: temporary.accessKeyId,
        aws_secret_access_key: temporary.secretAccessKey,
        aws_session_token: temporary.session.token,
      },
    },
    registries: {
      [HOST]: mfaRole(cast),
    },
  });
  const { stdout } = await login(product, ['--mfa-code', cast.mfa.code, HOST]);
  assert.match(stdout, /^Logged in to /);
  assert.doesNotMatch(stdout, /MFA session/);
  assert.deepEqual(callsOf(stage), ['AssumeRole', 'GetAuthorizationToken']);
});

test('A code that AWS does not accept is said to be that, with either kind of keys.', async () => {
  await using stage = await startMfa();
  const { status, stderr } = await login(stage.product, ['--mfa-code', '000000', HOST]);
  assert.equal(status, 1);
  assert.equal(
    stderr,
    `ecr-xacct: ${HOST}: profile careful: AWS did not accept the MFA code of ${stage.cast.mfa.serialNumber} (invalid MFA one time pass code)
Each code works once: wait for the next one and run the same command again\n`,
  );
});

test('mfa_process of config.yaml prints the code; it is told the device.', async () => {
  await using stage = await startMfa();
  const { product, cast } = stage;
  const config = join(product.home, '.config/ecr-xacct/config.yaml');
  const seen = join(product.folder, 'serial');
  const withProcess = async (command: string) => {
    const rules = `registries: { "${HOST}": { profile: careful } }\n`;
    await writeFile(config, `${rules}mfa_process: ${JSON.stringify(command)}\n`);
  };
  await withProcess(`echo nothing`);
  const failed = await login(product, [HOST]);
  assert.match(failed.stderr, /^ecr-xacct: mfa_process did not print six digits\nTo see it fail, /);
  await withProcess(`exit 3`);
  assert.match(
    (await login(product, [HOST])).stderr,
    /^ecr-xacct: mfa_process ended with status 3\nTo see it fail, /,
  );
  await withProcess(`echo "$MFA_SERIAL" > ${seen}; echo ${cast.mfa.code}`);
  assert.equal((await login(product, [HOST])).status, 0);
  assert.equal(await readFile(seen, 'utf8'), `${cast.mfa.serialNumber}\n`);
});

test('No secret of an MFA session is in any output or log.', async () => {
  await using stage = await startMfa();
  const { product, cast } = stage;
  const outputs = [await login(product, ['--mfa-code', cast.mfa.code, HOST])];
  for (const words of [['status'], ['status', '--json'], ['explain', '--mint', '--json', HOST]]) {
    outputs.push(await product.run(['ecr-xacct', ...words]));
  }
  const log = await readFile(join(product.home, '.local/state/ecr-xacct/daemon.log'), 'utf8');
  const text = [log, ...outputs.flatMap(({ stdout, stderr }) => [stdout, stderr])].join('\n');
  assert.match(text, new RegExp(cast.mfa.serialNumber));
  for (const secret of secretsOf(stage)) assert.ok(!text.includes(secret));
  assert.doesNotMatch(text, /secretAccessKey|sessionToken|"ASIA/);
});
