// The repositories of a grant: which texts are read, the errors for others, and how they are written.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { XacctError } from '../../../src/errors.ts';
import { hintText } from '../../../src/hint.ts';
import { describeTarget, parseTarget, targetArn } from '../../../src/policy/target.ts';
import { OWNER, registryOf } from '../../support/unit/policy.ts';

describe('what is read', () => {
  const digest = `sha256:${'0a'.repeat(32)}`;
  const long = `${'a/'.repeat(127)}aa`;
  const rows: [string | undefined, string, string][] = [
    [undefined, 'every repository', '*'],
    ['*', 'every repository', '*'],
    ['team/*', 'repositories team/*', 'team/*'],
    ['team-*', 'repositories team-*', 'team-*'],
    ['t*', 'repositories t*', 't*'],
    ['a/b.c_*', 'repositories a/b.c_*', 'a/b.c_*'],
    ['team/app', 'repository team/app', 'team/app'],
    ['ab', 'repository ab', 'ab'],
    ['a.b-c_d/0', 'repository a.b-c_d/0', 'a.b-c_d/0'],
    [long, `repository ${long}`, long],
    ['team/app:1', 'repository team/app', 'team/app'],
    ['team/app:v1.0_RC-2', 'repository team/app', 'team/app'],
    [`team/app@${digest}`, 'repository team/app', 'team/app'],
    [`team/app:1@${digest}`, 'repository team/app', 'team/app'],
  ];
  for (const [path, described, resource] of rows) {
    test(`of ${path === undefined ? 'nothing' : `'${path}'`} is ${described}.`, () => {
      const target = parseTarget(registryOf(), path);
      assert.equal(describeTarget(target), described);
      assert.equal(targetArn(target), `arn:aws:ecr:us-east-1:${OWNER}:repository/${resource}`);
    });
  }

  test('has the account, the region and the partition of the registry.', () => {
    const target = parseTarget(registryOf('cn-north-1', 'amazonaws.com.cn'), 'team/*');
    assert.deepEqual(target, {
      account: OWNER,
      region: 'cn-north-1',
      partition: 'aws-cn',
      kind: 'prefix',
      name: 'team/',
    });
    assert.equal(targetArn(target), `arn:aws-cn:ecr:cn-north-1:${OWNER}:repository/team/*`);
  });
});

describe('what is refused, with what to write instead', () => {
  const rows: [string, RegExp, RegExp][] = [
    ['team/', /ends with a slash/, /^for all below it, write 'team\/\*'$/],
    ['team/*/app', /wildcard that is not at its end/, /^write 'team\/\*'$/],
    ['te*m*', /wildcard that is not at its end/, /^write 'te\*'$/],
    ['*/app', /wildcard that is not at its end/, /^write a repository/],
    ['**', /wildcard that is not at its end/, /^write a repository/],
    ['team/*:1', /wildcard that is not at its end/, /^write 'team\/\*'$/],
    ['Team/App', /upper case/, /^write team\/app$/],
    ['Team/*', /upper case/, /^write 'team\/\*'$/],
    ['team//app', /not a repository name/, /^write a repository/],
    ['/team/app', /not a repository name/, /^write a repository/],
    ['team/app?', /not a repository name/, /^write a repository/],
    ['team/.app', /not a repository name/, /^write a repository/],
    ['team--app', /not a repository name/, /^write a repository/],
    ['team/app-', /not a repository name/, /^write a repository/],
    ['team--*', /not a repository name/, /^write a repository/],
    ['-*', /has 1 character,/, /^write a repository/],
    ['/*', /has 1 character,/, /^write a repository/],
    ['a', /has 1 character,/, /^write a repository/],
    ['a'.repeat(257), /has 257 characters/, /^write a repository/],
    [`${'a'.repeat(257)}*`, /has 257 characters/, /^write a repository/],
    [':latest', /has 0 characters/, /^write a repository/],
    ['team/app:', /not a repository name/, /^write a repository/],
    ['team/app@sha256:beef', /not a repository name/, /^write a repository/],
    ['team/ápp', /not a repository name/, /^write a repository/],
    ['team/app\n', /not a repository name/, /^write a repository/],
    ['\u212aelvin', /not a repository name/, /^write a repository/],
  ];
  for (const [path, message, hint] of rows) {
    test(`is ${JSON.stringify(path.slice(0, 30))}, ${path.length} long.`, () => {
      assert.throws(
        () => parseTarget(registryOf(), path),
        (error: unknown) => {
          assert.ok(error instanceof XacctError);
          assert.equal(error.code, 'usage');
          assert.match(error.message, message);
          assert.match(hintText(error.hint ?? {}), hint);
          return true;
        },
      );
    });
  }
});
