// Tests the overview's text: a daemon that fails, sign-ins, and long names.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import type { IdentityView } from '../../../src/inspect/identity-views.ts';
import type { Overview } from '../../../src/inspect/overview.ts';
import { overviewText } from '../../../src/inspect/overview-text.ts';
import { screenOf } from '../../../src/terminal/screen.ts';

const HOST = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const HOUR = 3_600_000;
const NOW = 1_000 * HOUR;

function shown(overview: Partial<Overview>, columns = 80): string {
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns });
  const screen = screenOf(stdout, { NO_COLOR: '1', LANG: 'C.UTF-8' });
  const nothing: Overview = {
    noDaemon: { why: 'the next pull starts one' },
    config: { file: '/home/you/config.yaml', exists: true, rules: 1 },
    docker: { file: '/home/you/config.json', exists: true, asksForAll: false, registries: 0 },
    identities: [],
    elsewhere: [],
    isReady: true,
  };
  return overviewText({ ...nothing, ...overview }, screen, NOW);
}

const of = (view: Partial<IdentityView>): Partial<Overview> => ({
  identities: [{ identity: 'profile dev', registries: [{ name: HOST, namedBy: ['docker'] }], ...view }],
});

describe('a look at everything', () => {
  test('says where nothing is named yet what names something', () => {
    assert.ok(shown({}).endsWith('\nNo registry is set up yet.\n  run: ecr-xacct setup\n'));
  });

  test('says of a daemon that does not answer what it says, and what ends it', () => {
    const error = {
      code: 'daemon',
      message: 'the daemon did not answer',
      hint: { run: ['kill', '-KILL', '7'] },
    } as const;
    assert.ok(
      shown({ noDaemon: { why: '', error } }).startsWith('the daemon did not answer\n  run: kill -KILL 7\n'),
    );
  });

  test('says of an MFA session how long it lasts, and how one is begun', () => {
    const to = 'MFA arn:aws:iam::444455556666:mfa/dev';
    const signed = shown(of({ signIn: { to, state: 'signed in', leftMs: 6 * HOUR, totalMs: 12 * HOUR } }));
    assert.match(signed, /\n {2}MFA arn:aws:iam::444455556666:mfa\/dev +█████░░░░░ 6 h 0 min\n/);
    const fix = { run: ['ecr-xacct', 'login', HOST] };
    const not = shown(of({ signIn: { to, state: 'not signed in', fix } }));
    assert.match(not, new RegExp(`mfa/dev +not signed in\n    run: ecr-xacct login ${HOST}\n`));
  });

  test('says of a token that could not be renewed both: what is left, and why', () => {
    const token = {
      ...{ identity: 'profile dev', region: 'us-east-1', hostnames: [HOST], served: 1, mints: 1 },
      ...{
        mintedAt: NOW - 9 * HOUR,
        lastServed: NOW,
        expiresAt: NOW + 3 * HOUR,
        leftMs: 3 * HOUR,
        totalMs: 12 * HOUR,
      },
    };
    const lastError = { text: 'no network', hint: { say: 'check it' }, at: NOW - 60_000 };
    const text = shown(of({ registries: [{ name: HOST, namedBy: ['daemon'], token, lastError }] }));
    assert.ok(
      text.includes(
        `  ${HOST}  ███░░░░░░░ 3 h 0 min\n    its renewal failed 1 min ago: no network\n      Check it\n`,
      ),
      text,
    );
  });

  test('says what fixes a failed token: each command is whole, on a line of its own, on the narrowest screen', () => {
    const role = `arn:aws:iam::444455556666:role/${'deep/'.repeat(20)}Pull`;
    const hint = {
      ...{ say: 'to see who you are', run: ['aws', 'sts', 'get-caller-identity', '--profile', 'dev'] },
      next: { by: 'an administrator of 444455556666', run: ['aws', 'iam', 'get-role', '--role-name', role] },
    };
    const lastError = { text: 'profile dev: AWS denied it', hint, at: NOW - 60_000 };
    const text = shown(of({ registries: [{ name: HOST, namedBy: ['daemon'], lastError }] }), 60);
    assert.ok(
      text.endsWith(`    failed 1 min ago: profile dev: AWS denied it
      To see who you are, run:
        aws sts get-caller-identity --profile dev
      Then an administrator of 444455556666 runs:
        aws iam get-role --role-name ${role}
`),
      text,
    );
  });

  test('keeps both ends of names and whole commands where the screen is narrow', () => {
    const name = `${HOST.replace('us-east-1', 'ap-southeast-1')}`;
    const fix = { run: ['aws', 'sso', 'login', '--profile', 'p'.repeat(80)] };
    const text = shown(
      of({
        registries: [{ name, namedBy: ['docker'] }],
        signIn: { to: 'SSO session corp', state: 'expired', fix },
      }),
      60,
    );
    assert.ok(text.includes(`    run: ${fix.run.join(' ')}\n`), text);
    for (const line of text.split('\n')) assert.ok(line.length <= 60 || line.startsWith('    run: '), line);
    assert.match(text, /\n {2}111122223333\.dkr\.ecr\.\S*amazonaws\.com +none yet\n/);
  });

  test('shows no escape and no line break that comes from outside', () => {
    const text = shown(of({ identity: 'profile \x1b[31mx\ny' }));
    assert.ok(text.includes('profile \\u{1b}[31mx y'), text);
  });
});
