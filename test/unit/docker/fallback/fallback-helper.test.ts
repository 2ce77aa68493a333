// Tests that another credential helper, however it behaves, leads to an answer or to one line of error.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createFallbackHelper } from '../../../../src/docker/fallback/fallback-helper.ts';
import type { Action } from '../../../../src/docker/messages.ts';
import { errorLine } from '../../../../src/errors.ts';
import { type HelperScripts, makeHelperScripts } from '../../../support/helper-scripts.ts';
import { isRunning, processesWith, whenEnded, whenever } from '../../../support/processes.ts';

const FILE = '/home/dev/.config/ecr-xacct/config.yaml';
const notFound = { outcome: 'quiet-failure', text: 'credentials not found in native keychain' };
/** Milliseconds: much more than a helper needs that must not be stopped. */
const AMPLE = 60_000;
/** Milliseconds, for a helper that must be stopped. */
const SHORT = 500;

interface Options {
  action?: Action;
  input?: string;
  env?: Record<string, string>;
  timeoutMs?: number;
  ask?: ReturnType<typeof createFallbackHelper>;
}

/** Writes the script, and asks it; FOLDER is in its environment. */
async function askScript(scripts: HelperScripts, script: string, options: Options = {}) {
  await scripts.write('other', script);
  return askAgain(scripts, options);
}

/** Asks an existing script: a script that is written while another process starts is busy. */
function askAgain(scripts: HelperScripts, options: Options = {}) {
  const {
    action = 'get',
    input = 'ghcr.io\n',
    env = {},
    timeoutMs = AMPLE,
    ask = createFallbackHelper(),
  } = options;
  const caller = { PATH: scripts.PATH, FOLDER: scripts.folder, ...env };
  return ask({ name: 'other', configFile: FILE, action, input, env: caller }, timeoutMs);
}

async function lineOf(answer: Promise<unknown>): Promise<string> {
  return answer.then(
    (value) => assert.fail(`it answered ${JSON.stringify(value).slice(0, 200)}`),
    (error: unknown) => errorLine(error),
  );
}

describe('another credential helper', () => {
  test('is given the action and stdin, the caller’s environment with a mark, and no folder of the caller’s', async () => {
    await using scripts = await makeHelperScripts();
    const script = `printf '%s|' "$#" "$1" "$(cat)" "$(pwd)" "$ECR_XACCT_FALLBACK" "$MINE"; env | grep -c ^HOME=`;
    const env = { MINE: 'a b' };
    assert.deepEqual(await askScript(scripts, `${script}; exit 0`, { env }), {
      outcome: 'success',
      text: '1|get|ghcr.io|/|1|a b|0\n',
    });
  });

  test('is passed on byte for byte where it succeeds, without what it wrote to stderr', async () => {
    await using scripts = await makeHelperScripts();
    const text = '\ufeff{ "ServerURL":"ghcr.io",\r\n "Secret":"ü\\u00fc\x1b" }\n\n';
    await writeFile(join(scripts.folder, 'text'), text);
    const answer = await askScript(scripts, 'echo careful >&2; cat "$FOLDER/text"');
    assert.deepEqual(answer, { outcome: 'success', text });
  });

  test('may not read its input, and may say nothing', async () => {
    await using scripts = await makeHelperScripts();
    const input = 'x'.repeat(200 * 1024);
    assert.deepEqual(await askScript(scripts, 'exit 0', { input }), { outcome: 'success', text: '' });
  });

  test('finds nothing in the words of the protocol', async () => {
    await using scripts = await makeHelperScripts();
    const script = "echo 'credentials not found in native keychain'; echo why >&2; exit 1";
    assert.deepEqual(await askScript(scripts, script), notFound);
  });

  const failures = {
    'echo "gpg: no secret key"; exit 1': 'gpg: no secret key',
    'echo on stderr >&2; exit 2': 'on stderr',
    'exit 3': 'failed without a message (exit status 3)',
    'kill -KILL $$': 'was killed',
    "printf 'a\\033]0;evil\\007\\nb\\r\\n'; exit 1": 'a\\u{1b}]0;evil\\u{7} b',
    'echo "credentials not found in native keychain, nor elsewhere"; exit 1':
      'credentials not found in native keychain, nor elsewhere',
    'echo \'{"ServerURL":"ghcr.io","Username":"me","Secret":"canary"}\'; exit 1':
      'printed a credential, and failed',
    "printf '\\377'": 'printed text that is not UTF-8',
    'exec yes': 'printed more than 512 KiB',
    'head -c 100000000 /dev/zero': 'printed more than 512 KiB',
  };
  for (const [script, words] of Object.entries(failures)) {
    test(`that does this is named, with what it said: ${script.slice(0, 60)}`, async () => {
      await using scripts = await makeHelperScripts();
      assert.equal(
        await lineOf(askScript(scripts, script)),
        `ecr-xacct: docker-credential-other: ${words}; to try it, run: ${scripts.folder}/bin/docker-credential-other list`,
      );
    });
  }

  test('that fails at length is cut off', async () => {
    await using scripts = await makeHelperScripts();
    const line = await lineOf(askScript(scripts, "head -c 500000 /dev/zero | tr '\\0' x; exit 1"));
    assert.ok(line.length < 2_000);
  });

  test('that repeats the secret of a login where it fails is not quoted', async () => {
    await using scripts = await makeHelperScripts();
    const input = JSON.stringify({ ServerURL: 'ghcr.io', Username: 'me', Secret: 'canary' });
    const line = await lineOf(
      askScript(scripts, 'echo "no: $(cat)" | tr -d \'"\'; exit 1', { action: 'store', input }),
    );
    assert.match(line, /docker-credential-other: printed the secret, and failed;/);
    assert.doesNotMatch(line, /canary/);
  });

  test('that is not installed is named, with PATH and the fix', async () => {
    const request = { name: 'gone', configFile: FILE, action: 'get', input: 'ghcr.io' } as const;
    const ask = createFallbackHelper();
    assert.equal(
      await lineOf(ask({ ...request, env: { PATH: '.:/nonexistent' } }, AMPLE)),
      `ecr-xacct: docker-credential-gone, the fallback_helper, is not on PATH (.:/nonexistent); install it there, or to name another, run: \${EDITOR:-vi} ${FILE}`,
    );
    assert.match(await lineOf(ask({ ...request, env: {} }, AMPLE)), /is not found: PATH is not set; /);
  });

  test('that is this program is refused', async () => {
    await using scripts = await makeHelperScripts();
    const path = await scripts.write('ecr-xacct', 'exit 0');
    await symlink(path, join(path, '../docker-credential-linked'));
    const request = { name: 'linked', configFile: FILE, action: 'get', input: 'ghcr.io' } as const;
    const line = await lineOf(createFallbackHelper()({ ...request, env: { PATH: scripts.PATH } }, AMPLE));
    assert.equal(
      line,
      `ecr-xacct: docker-credential-linked, the fallback_helper, is this program; to name another, run: \${EDITOR:-vi} ${FILE}`,
    );
  });

  test('that cannot be started is named', async () => {
    await using scripts = await makeHelperScripts();
    const path = await scripts.write('other', '');
    await writeFile(path, '#!/nonexistent/interpreter\n');
    const request = { name: 'other', configFile: FILE, action: 'get', input: 'ghcr.io' } as const;
    const line = await lineOf(createFallbackHelper()({ ...request, env: { PATH: scripts.PATH } }, AMPLE));
    assert.match(line, /^ecr-xacct: docker-credential-other: cannot be started \(ENOENT\); /);
  });
});

describe('another credential helper that does not end', () => {
  test('is killed at the deadline, with all that it has started', async () => {
    await using scripts = await makeHelperScripts();
    const line = await lineOf(askScript(scripts, 'sleep 1000 & sleep 1000', { timeoutMs: SHORT }));
    assert.match(
      line,
      /^ecr-xacct: docker-credential-other: no answer within 0.5 s; .*docker-credential-other list$/,
    );
    await whenever('its processes end', async () => (await processesWith(scripts.folder)).length === 0);
  });

  test('is killed, too, where it ignores signals and has closed its streams', async () => {
    await using scripts = await makeHelperScripts();
    const script = 'trap "" TERM INT HUP; exec <&- >&- 2>&-; while :; do sleep 1000; done';
    await lineOf(askScript(scripts, script, { timeoutMs: SHORT }));
    await whenever('its processes end', async () => (await processesWith(scripts.folder)).length === 0);
  });

  test('costs no other request anything', async () => {
    await using hanging = await makeHelperScripts();
    await using quick = await makeHelperScripts();
    const ask = createFallbackHelper();
    await hanging.write('other', 'until [ -e "$FOLDER/go" ]; do sleep 0.05; done');
    await quick.write('other', 'echo ok');
    const stuck = askAgain(hanging, { ask });
    let isStuck = true;
    void stuck.then(() => {
      isStuck = false;
    });
    for (let time = 0; time < 3; time += 1) {
      assert.deepEqual(await askAgain(quick, { ask }), { outcome: 'success', text: 'ok\n' });
    }
    assert.ok(isStuck);
    await writeFile(join(hanging.folder, 'go'), '');
    await stuck;
  });

  for (const [how, prefix] of [
    ['in its process group', ''],
    ['in a session of its own', 'setsid '],
  ] as const) {
    test(`itself, but leaves a child with its stdout ${how}: what it said is the answer`, async () => {
      await using scripts = await makeHelperScripts();
      const script = `${prefix}sleep 1000 & echo $! >"$FOLDER/child"; echo '{"Secret":"s"}'`;
      assert.deepEqual(await askScript(scripts, script), { outcome: 'success', text: '{"Secret":"s"}\n' });
      const child = Number(await readFile(join(scripts.folder, 'child'), 'utf8'));
      if (prefix === '') await whenEnded(child);
      else process.kill(child, 'SIGKILL');
    });
  }

  test('is left alone where it ended and its child holds nothing of ours: gpg-agent goes on', async () => {
    await using scripts = await makeHelperScripts();
    const script = 'sleep 1000 </dev/null >/dev/null 2>&1 & echo $! >"$FOLDER/child"';
    await askScript(scripts, script);
    const child = Number(await readFile(join(scripts.folder, 'child'), 'utf8'));
    assert.ok(await isRunning(child));
    process.kill(child, 'SIGKILL');
  });
});

describe('many requests of another credential helper', () => {
  const COUNTED = 'echo run >>"$FOLDER/runs"; read -r url; echo "$url"';
  const runsOf = async ({ folder }: HelperScripts) =>
    (await readFile(join(folder, 'runs'), 'utf8')).length / 4;

  test('that are the same at the same time are one', async () => {
    await using scripts = await makeHelperScripts();
    const ask = createFallbackHelper();
    await scripts.write('other', `${COUNTED}; until [ -e "$FOLDER/go" ]; do sleep 0.05; done`);
    const answers = Array.from({ length: 20 }, () => askAgain(scripts, { ask }));
    await writeFile(join(scripts.folder, 'go'), '');
    for (const answer of await Promise.all(answers)) assert.equal(answer.text, 'ghcr.io\n');
    assert.equal(await runsOf(scripts), 1);
    await askAgain(scripts, { ask });
    assert.equal(await runsOf(scripts), 2);
  });

  test('of other hosts or of another environment are each for themselves', async () => {
    await using scripts = await makeHelperScripts();
    const ask = createFallbackHelper();
    await scripts.write('other', COUNTED);
    const inputs = ['ghcr.io\n', 'quay.io\n', 'localhost:5000\n'];
    const all = inputs.flatMap((input) =>
      ['1', '2'].map((X) => askAgain(scripts, { input, env: { X }, ask })),
    );
    const texts = (await Promise.all(all)).map(({ text }) => text);
    assert.deepEqual(
      texts,
      inputs.flatMap((input) => [input, input]),
    );
    assert.equal(await runsOf(scripts), 6);
  });

  test('are asked anew after a login that ended meanwhile', async () => {
    await using scripts = await makeHelperScripts();
    const ask = createFallbackHelper();
    await scripts.write(
      'other',
      `[ "$1" = store ] && exec touch "$FOLDER/stored"
if [ -e "$FOLDER/stored" ]; then echo new; exit; fi
touch "$FOLDER/asked"; until [ -e "$FOLDER/go" ]; do sleep 0.05; done; echo old`,
    );
    const before = askAgain(scripts, { ask });
    await whenever('the first runs', async () => existsSync(join(scripts.folder, 'asked')));
    const input = JSON.stringify({ ServerURL: 'ghcr.io', Username: 'me', Secret: 's' });
    await askAgain(scripts, { action: 'store', input, ask });
    assert.equal((await askAgain(scripts, { ask })).text, 'new\n');
    await writeFile(join(scripts.folder, 'go'), '');
    assert.equal((await before).text, 'old\n');
  });

  test('leave no descriptor and no child behind', async () => {
    await using scripts = await makeHelperScripts();
    const descriptors = () => readdirSync('/dev/fd').length;
    const ask = createFallbackHelper();
    await askScript(scripts, 'echo ok', { ask });
    const before = descriptors();
    await scripts.write('other', 'case $N in *[05]) exec yes ;; *3) sleep 1000 ;; esac; exit 1');
    const runs = Array.from({ length: 30 }, async (_, n) => {
      const timeoutMs = n % 10 === 3 ? SHORT : AMPLE;
      await lineOf(askAgain(scripts, { env: { N: `${n}` }, timeoutMs, ask }));
    });
    await Promise.all(runs);
    await whenever('all is closed', async () => descriptors() <= before);
    const children = () => readFile(`/proc/self/task/${process.pid}/children`, 'utf8');
    await whenever('all have ended', async () => (await children()) === '');
  });
});
