// A parsed file as lines of JSON is the same when they are read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Config, parseConfig } from '../../../src/config/load.ts';
import { matchRule } from '../../../src/config/match.ts';
import { LINES, type Parsed, TAKERS } from '../../../src/parser/parsed-lines.ts';
import { parseIni } from '../../../src/profiles/ini.ts';

/** Written and read, as between two processes. */
function passed<K extends keyof Parsed>(what: K, parsed: Parsed[K]): Parsed[K] {
  const taker = TAKERS[what]();
  for (const line of LINES[what](parsed)) taker.take(JSON.parse(JSON.stringify(line)));
  return taker.taken();
}

const json = (value: unknown) => JSON.parse(JSON.stringify(value));

test('A config is the same, and its rules are found.', () => {
  const text = `registries:
  "111122223333.dkr.ecr.us-east-1.amazonaws.com": { profile: exact }
  "111122223333.dkr.ecr.*.amazonaws.com": { role_arn: "arn:aws:iam::111122223333:role/Pull", source_profile: dev }
  "*.dkr.ecr.us-gov-west-1.amazonaws.com": { profile: gov }
  "*.dkr.ecr.*.*": { profile: all }
  images.corp.example: { profile: own, registry: 111122223333.dkr.ecr.us-east-1.amazonaws.com }
refresh_margin: 20m
fallback_helper: pass
process_env: [VAULT_ADDR]
`;
  const config = parseConfig(text, '/etc/config.yaml');
  const again = passed('config', config);
  assert.deepEqual(json(passed('system-config', config)), json(config));
  assert.deepEqual(json(again), json(config));
  const entries = (of: Config) => of.groups.map((groups) => [...groups]);
  assert.deepEqual(json(entries(again)), json(entries(config)));
  for (const hostname of [
    '111122223333.dkr.ecr.us-east-1.amazonaws.com',
    '111122223333.dkr.ecr.eu-west-1.amazonaws.com',
    '444455556666.dkr.ecr.us-gov-west-1.amazonaws.com',
    '444455556666.dkr.ecr.eu-west-1.amazonaws.com',
    'images.corp.example',
    'docker.io',
  ]) {
    assert.equal(matchRule(again, hostname)?.key, matchRule(config, hostname)?.key, hostname);
  }
});

test('Sections are the same, whatever they are called.', () => {
  const text = `[default]\nregion = eu-west-1\n[profile __proto__]\n__proto__ = 1\nnested =\n  a = b\n[]]\n[ü "x]\n`;
  const sections = parseIni(text, '/home/dev/.aws/config');
  const again = passed('sections', sections);
  assert.deepEqual([...again], [...sections]);
  assert.ok(Object.hasOwn(again.get('profile __proto__')?.settings ?? {}, '__proto__'));
});

test('No line at all is no config.', () => {
  assert.throws(() => TAKERS.config().taken());
});
