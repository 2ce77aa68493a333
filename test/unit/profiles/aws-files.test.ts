import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { describe, test } from 'node:test';
import { WholeEnvironmentNeeded } from '../../../src/caller-environment.ts';
import { awsFiles } from '../../../src/profiles/aws-files.ts';

const HOME = '/home/dev';
const configFile = (AWS_CONFIG_FILE: string, env: Record<string, string> = {}) =>
  awsFiles({ HOME, AWS_CONFIG_FILE, ...env })[0];

describe('The path of an AWS file', () => {
  test('is below HOME, by the user database where there is none.', () => {
    assert.deepEqual(awsFiles({ HOME }), ['/home/dev/.aws/config', '/home/dev/.aws/credentials']);
    assert.equal(awsFiles({})[0], `${homedir()}/.aws/config`);
  });

  test('is what a variable says, with ~ and the variables in it.', () => {
    assert.equal(configFile('~/work/config'), '/home/dev/work/config');
    assert.equal(configFile(`/etc/$TEAM/\${STAGE}-config`, { TEAM: 'a', STAGE: 'b' }), '/etc/a/b-config');
    assert.equal(configFile('$DIR/config', { DIR: '~' }), '/home/dev/config');
    assert.equal(awsFiles({ HOME, AWS_SHARED_CREDENTIALS_FILE: '/keys' })[1], '/keys');
  });

  test('keeps the name of a variable that is not set, which may be so only where all were sent.', () => {
    assert.equal(configFile('/etc/$TEAM/config', { '@all': '1' }), '/etc/$TEAM/config');
    assert.throws(() => configFile('/etc/$TEAM/config'), WholeEnvironmentNeeded);
  });

  test('has as many characters as a path may have.', () => {
    const A = 'a'.repeat(4_095);
    assert.equal(configFile('/$A', { A }), `/${A}`);
    assert.throws(() => configFile(`/${'$A'.repeat(100)}`, { A }), {
      code: 'config-invalid',
      message: /^the path \/(?:\$A){31}\$… is longer than the 4096 characters that a path may have$/,
    });
  });
});
