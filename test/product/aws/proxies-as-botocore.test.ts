// A host's proxy compared with botocore's own choice, for environments as people write them, and worse.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { awsProxies } from '../../../src/net/proxies.ts';
import { peer, skipWithout } from '../../support/peers.ts';

/** The proxy that Debian's AWS CLI takes for each pair of variables and URL; `null` for none. */
const BOTOCORE = `
import json, os, sys
from awscli.botocore.httpsession import ProxyConfiguration
from awscli.botocore.utils import get_environ_proxies

def proxy(variables, url):
    for name in list(os.environ):
        del os.environ[name]
    for name, value in variables:
        os.environ[name] = value
    return ProxyConfiguration(proxies=get_environ_proxies(url)).proxy_url_for(url)

json.dump([proxy(*pair) for pair in json.load(sys.stdin)], sys.stdout)
`;

type Asked = readonly [variables: readonly (readonly [string, string])[], url: string];

function askBotocore(asked: readonly Asked[]): (string | null)[] {
  const options = {
    input: JSON.stringify(asked),
    env: { PYTHONPATH: '/usr/lib/python3/dist-packages', LC_ALL: 'C.UTF-8' },
    maxBuffer: 1 << 28,
  };
  return JSON.parse(execFileSync(peer('python3'), ['-c', BOTOCORE], options).toString());
}

const joined = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((texts) => texts.join(''));

const HOSTS = [
  'api.ecr.us-east-1.amazonaws.com',
  'amazonaws.com',
  'xamazonaws.com',
  'localhost',
  '127.0.0.1',
  '10.1.2.3',
  '[::1]',
];
/** Ports that are no scheme's default: Node's URL does not know whether a default port was written. */
const url = joined(
  fc.constantFrom('http://', 'https://'),
  fc.constantFrom(...HOSTS),
  fc.constantFrom('', '', ':8443', ':4566'),
);
const entry = joined(
  fc.constantFrom('', '', ' ', '\t'),
  fc.constantFrom('', '', '', '.', '..', '*.'),
  fc.constantFrom(
    ...HOSTS,
    'AmazonAWS.com',
    'us-east-1.amazonaws.com',
    'ecr.us-east-1',
    'com',
    '10.0.0.0/8',
    '2.3',
    '::1',
    '*',
    '',
  ),
  fc.constantFrom('', '', '', ':8443', ':443', ':'),
  fc.constantFrom('', '', ' '),
);
const noProxy = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom('*', ' *', '*,', '') },
  { weight: 6, arbitrary: fc.array(entry, { maxLength: 4 }).map((entries) => entries.join(',')) },
);
const proxy = fc.constantFrom(
  'http://proxy.example:3128',
  'https://proxy.example',
  'http://me:secret@proxy.example:3128',
  'proxy.example:3128',
  '//proxy.example:3128',
  '10.9.9.9',
  '',
);
const pair = <Name extends string>(names: readonly Name[], value: fc.Arbitrary<string>) =>
  fc.tuple(fc.constantFrom(...names), value);
const variables = fc.uniqueArray(
  fc.oneof(
    pair(['HTTPS_PROXY', 'https_proxy', 'Https_Proxy', 'HTTPS_proxy'], proxy),
    pair(['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'], proxy),
    pair(['NO_PROXY', 'no_proxy', 'No_Proxy'], noProxy),
  ),
  { minLength: 1, maxLength: 5, selector: ([name]) => name },
);

test('A host has the proxy that botocore takes for it, or none.', {
  skip: skipWithout('python3', 'aws'),
}, () => {
  const asked = fc.sample(fc.tuple(variables, url), { numRuns: 5_000, seed: 15 });
  const theirs = askBotocore(asked);
  let direct = 0;
  for (const [index, [env, wanted]] of asked.entries()) {
    const ours = awsProxies(Object.fromEntries(env))(new URL(wanted).origin) ?? null;
    if (ours === null) direct += 1;
    assert.equal(ours, theirs[index], JSON.stringify([env, wanted]));
  }
  // Of both kinds, because otherwise the rest proves little.
  assert.ok(direct > 1_000 && direct < 4_500, `${direct} had none`);
  const excepted = asked.filter(([env], index) => {
    const isSet = env.some(([name, value]) => /^https?_proxy$/i.test(name) && value !== '');
    return isSet && theirs[index] === null;
  });
  assert.ok(excepted.length > 500, `${excepted.length} were excepted`);
});
