// The state of a sign-in in the AWS CLI's file, for aws sso login and aws login alike.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempDisposableSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { loginFile, ssoFile } from '../../../src/profiles/session-file.ts';
import { loginState, type SessionState, ssoState } from '../../../src/profiles/session-state.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 5, 1, 12);
const at = (ms: number) => new Date(NOW + ms).toISOString();
const registration = { refreshToken: 'r', clientId: 'c', clientSecret: 's', registrationExpiresAt: at(HOUR) };
const corp = { sso_session: 'corp', sso_start_url: 'https://corp.example/start' };

/** The file's name, its content for a session that ends then, and the function that reads each. */
const KINDS = {
  'aws sso login': {
    file: (env: { HOME: string }) => ssoFile(corp, env),
    session: (ms: number) => ({ accessToken: 't', expiresAt: at(ms) }),
    renewable: registration,
    look: (env: { HOME: string }) => ssoState(corp, { env, now: NOW }),
  },
  'aws login': {
    file: (env: { HOME: string }) => loginFile('arn:me', env),
    session: (ms: number) => ({ accessToken: { expiresAt: at(ms) } }),
    renewable: { refreshToken: 'r' },
    look: (env: { HOME: string }) => loginState('arn:me', { env, now: NOW }),
  },
};

for (const [kind, { file, session, renewable, look }] of Object.entries(KINDS)) {
  describe(`of ${kind}, you are`, () => {
    const signedIn = { state: 'signed in', expiresAt: NOW + HOUR, leftMs: HOUR, totalMs: 3 * HOUR } as const;
    const rows: [string, object | string | undefined, SessionState | RegExp][] = [
      ['not signed in without a file', undefined, { state: 'not signed in' }],
      ['signed in until it ends', session(HOUR), { ...signedIn, renews: false }],
      ['signed in where it is renewed', { ...session(HOUR), ...renewable }, { ...signedIn, renews: true }],
      ['no longer signed in when it ended', session(-1), { state: 'expired', expiresAt: NOW - 1, leftMs: 0 }],
      [
        'signed in when it ended and is renewed',
        { ...session(-HOUR), ...renewable },
        { state: 'signed in', expiresAt: NOW - HOUR, leftMs: 0, totalMs: HOUR, renews: true },
      ],
      ['told of a file that is no JSON', '{', /\.json: it is not JSON$/],
      ['told of a file that is no object', 'null', /\.json is incomplete$/],
      ['told of a file without a date', { accessToken: 't' }, /\.json is incomplete$/],
      [
        'told of a date that is none',
        { accessToken: { expiresAt: 'tomorrow' }, expiresAt: 'tomorrow' },
        /\.json is incomplete$/,
      ],
    ];
    for (const [what, content, expected] of rows) {
      test(what, () => {
        using home = mkdtempDisposableSync(join(tmpdir(), 'session-'));
        const env = { HOME: home.path };
        const path = file(env);
        mkdirSync(dirname(path), { recursive: true });
        if (content !== undefined) {
          writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
          utimesSync(path, new Date(NOW), new Date(NOW - 2 * HOUR));
        }
        const state = look(env);
        if (!(expected instanceof RegExp)) return assert.deepEqual(state, expected);
        assert.match(state.state === 'unreadable' ? state.problem : state.state, expected);
      });
    }

    test('told of a folder in its place', () => {
      using home = mkdtempDisposableSync(join(tmpdir(), 'session-'));
      const env = { HOME: home.path };
      mkdirSync(file(env), { recursive: true });
      assert.deepEqual(look(env), { state: 'unreadable', problem: `${file(env)}: it is a folder` });
    });
  });
}

test('A session of aws sso login is not renewed after the end of its registration, nor one without a name.', () => {
  using home = mkdtempDisposableSync(join(tmpdir(), 'session-'));
  const env = { HOME: home.path };
  const { sso_start_url } = corp;
  mkdirSync(dirname(ssoFile(corp, env)), { recursive: true });
  const ended = { ...KINDS['aws sso login'].session(-HOUR), ...registration };
  writeFileSync(ssoFile({ sso_start_url }, env), JSON.stringify(ended));
  assert.equal(ssoState({ sso_start_url }, { env, now: NOW }).state, 'expired');
  writeFileSync(ssoFile(corp, env), JSON.stringify({ ...ended, registrationExpiresAt: at(-1) }));
  assert.equal(ssoState(corp, { env, now: NOW }).state, 'expired');
});
