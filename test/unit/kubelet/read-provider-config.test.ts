// Tests that a CredentialProviderConfig is read as strictly as by the kubelet, with an error for each fault.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { attempt, XacctError } from '../../../src/errors.ts';
import { readProviderConfig } from '../../../src/kubelet/read-provider-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'provider-config-'));
after(() => rmSync(folder, { recursive: true }));

const WHOLE = `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: ecr-xacct-credential-provider
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    matchImages:
      - "*.dkr.ecr.*.amazonaws.com"
    defaultCacheDuration: 12h
    env:
      - name: ECR_XACCT_SOCKET
        value: /run/ecr-xacct/daemon.sock
    tokenAttributes:
      serviceAccountTokenAudience: sts.amazonaws.com
      cacheType: ServiceAccount
      requireServiceAccount: false
      optionalServiceAccountAnnotationKeys:
        - eks.amazonaws.com/role-arn
`;

function fileWith(text: string, name = 'config.yaml'): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test('A whole config is read, with the file that each provider is in.', () => {
  const file = fileWith(WHOLE);
  const [provider, ...others] = readProviderConfig(file);
  assert.deepEqual(others, []);
  assert.deepEqual(
    [provider?.name, provider?.file, provider?.tokenAttributes?.cacheType],
    ['ecr-xacct-credential-provider', file, 'ServiceAccount'],
  );
});

test('Of a folder, all its files are read in their order, and a name in two of them is refused.', () => {
  const dropIn = join(folder, 'drop-in');
  mkdirSync(dropIn);
  assert.throws(() => readProviderConfig(dropIn), /has no file that ends in \.json, \.yaml or \.yml$/);
  writeFileSync(join(dropIn, '20-ours.yaml'), WHOLE);
  writeFileSync(join(dropIn, '10-other.yml'), WHOLE.replace('ecr-xacct-', 'other-'));
  writeFileSync(join(dropIn, 'README'), 'not read');
  assert.deepEqual(
    readProviderConfig(dropIn).map(({ name }) => name),
    ['other-credential-provider', 'ecr-xacct-credential-provider'],
  );
  writeFileSync(join(dropIn, '30-again.json'), WHOLE);
  assert.throws(
    () => readProviderConfig(dropIn),
    /30-again\.json: has provider ecr-xacct-credential-provider for a second time$/,
  );
});

const ROWS: readonly [title: string, from: string | RegExp, to: string, says: RegExp][] = [
  ['another kind', 'CredentialProviderConfig', 'Config', /its kind is Config, not CredentialProviderConfig$/],
  ['no kind', /kind: .*\n/, '', /its kind is missing,/],
  [
    'another version',
    'kubelet.config.k8s.io/v1',
    'kubelet.config.k8s.io/v2',
    /its apiVersion is \S+\/v2, not /,
  ],
  [
    'another group',
    'kubelet.config.k8s.io/v1',
    'config.k8s.io/v1',
    /its apiVersion is config\.k8s\.io\/v1, not /,
  ],
  ['no YAML', 'kind:', 'kind: [', /it is not YAML: /],
  ['a key twice', 'kind:', 'kind: A\nkind:', /it is not YAML: Map keys must be unique/],
  ['no providers', /providers:[\s\S]*$/, '', /providers must be a list$/],
  ['an empty list', /providers:[\s\S]*$/, 'providers: []', /providers must have an entry$/],
  ['a name with a folder', 'name: ecr', 'name: bin/ecr', /providers\[0\]\.name must be the name of a file/],
  ['two dots for a name', /name: ecr-\S+/, 'name: ..', /providers\[0\]\.name must be the name of a file/],
  ['no name', /name: ecr-\S+\n +/, '', /providers\[0\]\.name is missing$/],
  [
    'another version of the protocol',
    'credentialprovider.kubelet.k8s.io/v1',
    'credentialprovider.kubelet.k8s.io/v2',
    /providers\[0\]\.apiVersion must be credentialprovider\.kubelet\.k8s\.io\/v1$/,
  ],
  ['no images', /matchImages:\n.*/, 'matchImages: []', /providers\[0\]\.matchImages must have an entry$/],
  ['no duration', / +defaultCacheDuration.*\n/, '', /defaultCacheDuration must be a duration, such as 12h$/],
  ['a duration without a unit', '12h', '"12"', /defaultCacheDuration must be a duration, such as 12h$/],
  [
    'a key that is misspelt',
    'matchImages:',
    'matchImage:',
    /providers\[0\] has matchImage, which the kubelet does not know$/,
  ],
  [
    'a key that is not known',
    'defaultCacheDuration',
    'cacheDuration: 1h\n    defaultCacheDuration',
    /providers\[0\] has cacheDuration, which the kubelet does not know$/,
  ],
  [
    'a number in env',
    '/run/ecr-xacct/daemon.sock',
    '1',
    /env\[0\]\.value must be a text: write it in quotes$/,
  ],
  ['no audience', / +serviceAccountTokenAudience.*\n/, '', /serviceAccountTokenAudience is missing$/],
  ['no cacheType', / +cacheType.*\n/, '', /tokenAttributes\.cacheType must be Token or ServiceAccount$/],
  [
    'no requireServiceAccount',
    / +requireServiceAccount.*\n/,
    '',
    /requireServiceAccount must be true or false$/,
  ],
  [
    'tokens in an earlier version of the protocol',
    'kubelet.k8s.io/v1\n    match',
    'kubelet.k8s.io/v1beta1\n    match',
    /provider ecr-xacct-credential-provider: tokenAttributes needs apiVersion /,
  ],
  [
    'annotations that are required of no service account',
    'optionalServiceAccountAnnotationKeys',
    'requiredServiceAccountAnnotationKeys',
    /requiredServiceAccountAnnotationKeys needs requireServiceAccount: true$/,
  ],
  [
    'an annotation in both lists',
    /requireServiceAccount: false/,
    'requireServiceAccount: true\n      requiredServiceAccountAnnotationKeys: [eks.amazonaws.com/role-arn]',
    /eks\.amazonaws\.com\/role-arn is among the required and the optional annotation keys$/,
  ],
];

describe('A config is refused with', () => {
  for (const [title, from, to, says] of ROWS) {
    test(`${title}.`, () => {
      const changed = WHOLE.replace(from, to);
      assert.notEqual(changed, WHOLE);
      const file = fileWith(changed);
      const refused = attempt(() => readProviderConfig(file));
      assert.ok(refused instanceof XacctError);
      assert.deepEqual([refused.code, refused.hint], ['config-invalid', { run: ['$EDITOR', file] }]);
      assert.ok(refused.message.startsWith(`${file}: `));
      assert.match(refused.message, says);
    });
  }
});
