// What `ecr-xacct grant`, `revoke` and `access` refuse, each with the failure, the identity and the fix; and when they
// wait.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SECONDARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import {
  CI_ROLE,
  on,
  ownerFiles,
  type PolicyStage,
  startPolicyStage,
} from '../../support/product/policy-stage.ts';
import { bin } from '../../support/product/product.ts';
import { devFiles, keysOf, mfaRole } from '../../support/product/stage.ts';
import { KEYS, openTerminal, skipWithoutTerminal } from '../../support/product/terminal.ts';

const GHOST = `arn:aws:iam::${SECONDARY_ACCOUNT}:role/ghost`;

interface Refusal {
  args: readonly string[];
  status: number;
  /** A part of stderr. */
  says: RegExp;
  before?: (stage: PolicyStage) => void;
}

const grant = (who: string, ...args: string[]) => [
  'grant',
  who,
  '--on',
  on('team/private'),
  '--yes',
  ...args,
];

const REFUSALS: Readonly<Record<string, Refusal>> = {
  'no terminal to ask on': {
    args: ['grant', SECONDARY_ACCOUNT, '--on', on('team/private')],
    status: 2,
    says: /no terminal to ask on\nTo fix it, run:\n {2}ecr-xacct grant 444455556666 --on \S+\/team\/private --yes$/m,
  },
  'the same for a profile that is named': {
    args: ['grant', SECONDARY_ACCOUNT, '--on', on('team/private'), '--profile', 'primary'],
    status: 2,
    says: /run:\n {2}ecr-xacct grant 444455556666 --on \S+\/team\/private --profile primary --yes$/m,
  },
  everyone: { args: grant('*'), status: 2, says: /would let in everyone.*\n.*org:/ },
  'a session instead of its role': {
    args: grant('arn:aws:sts::444455556666:assumed-role/ci/me'),
    status: 2,
    says: /arn:aws:iam::444455556666:role\/ci/,
  },
  'another partition': {
    args: grant('arn:aws-cn:iam::444455556666:role/ci'),
    status: 2,
    says: /aws-cn/,
  },
  'a public registry': {
    args: ['grant', SECONDARY_ACCOUNT, '--on', 'public.ecr.aws/team/app', '--yes'],
    status: 2,
    says: /public\.ecr\.aws lets everyone pull/,
  },
  'a registry that is not of ECR': {
    args: ['access', 'docker.io/library/alpine'],
    status: 2,
    says: /docker\.io\/library\/alpine is no registry of ECR\nWrite it like/,
  },
  'an empty name, as of an empty variable': {
    args: ['grant', SECONDARY_ACCOUNT, '--on', `${on()}/`, '--yes'],
    status: 2,
    says: /there is no repository after the slash\nFor every repository, write '\*'/,
  },
  'a wildcard in the middle': {
    args: ['grant', SECONDARY_ACCOUNT, '--on', on('te*/app'), '--yes'],
    status: 2,
    says: /te\*\/app/,
  },
  'functions that push': {
    args: ['grant', 'lambda:444455556666', '--on', on('team/app'), '--push', '--yes'],
    status: 2,
    says: /functions never push/,
  },
  'a policy that is neither shown nor written': {
    args: grant(SECONDARY_ACCOUNT, '--empty'),
    status: 2,
    says: /--empty .*\nAdd: --json, or --dry-run/,
  },
  'a file that is not there': {
    args: grant(SECONDARY_ACCOUNT, '--json', '--policy', '/nonexistent/policy.json'),
    status: 1,
    says: /cannot read \/nonexistent\/policy\.json\nTo see why, run:\n {2}ls -l \/nonexistent\/policy\.json/,
  },
  'a file that is no policy': {
    args: grant(SECONDARY_ACCOUNT, '--json', '--policy', '/etc/hostname'),
    status: 1,
    says: /\/etc\/hostname/,
  },
  'a duration that is none': { args: grant(CI_ROLE, '--wait', 'soon'), status: 2, says: /like 90s or 5m/ },
  'a repository that is not there': {
    args: ['grant', SECONDARY_ACCOUNT, '--on', on('team/ghost'), '--yes'],
    status: 1,
    says: /111122223333\S+ has no repository team\/ghost\nTo list them, run:\n {2}aws ecr describe-repositories --region us-east-1 --registry-id 111122223333 --query 'repositories\[\]\.repositoryName' --profile primary$/m,
  },
  'the same, to look at': {
    args: ['access', on('team/ghost')],
    status: 1,
    says: /has no repository team\/ghost/,
  },
  'an account of which there is no profile': {
    args: ['grant', SECONDARY_ACCOUNT, '--on', '999988887777.dkr.ecr.us-east-1.amazonaws.com/app', '--yes'],
    status: 1,
    says: /no profile of account 999988887777 is known here: .*profile primary is of account 111122223333.*\nAs a profile of 999988887777, or by its owner, run:\n {2}ecr-xacct grant 444455556666 --on \S+ --yes --profile NAME$/m,
  },
  'a profile that is not there': {
    args: grant(SECONDARY_ACCOUNT, '--profile', 'ghost'),
    status: 1,
    says: /profile ghost/,
  },
  'a profile whose keys AWS does not know': {
    args: grant(SECONDARY_ACCOUNT, '--profile', 'primary'),
    status: 1,
    says: /^ecr-xacct: 111122223333\.dkr\.ecr\.us-east-1\.amazonaws\.com: profile primary: /m,
    before: ({ cast }) => void cast.primary.users.delete('admin'),
  },
  'an empty name of a registry': {
    args: ['grant', SECONDARY_ACCOUNT, '--on', '', '--yes'],
    status: 2,
    says: /^ecr-xacct: an empty name is no registry of ECR\nWrite it like/,
  },
  'repositories to look at, which are neither one nor all': {
    args: ['access', on('team/*')],
    status: 2,
    says: /team\/\* is neither a registry nor one repository of it\nFor every repository, write \S+com$/m,
  },
  'policies that may not be read, to look at': {
    args: ['access', on('team/private')],
    status: 1,
    says: /^ecr-xacct: not allowed to call ecr:GetRepositoryPolicy /,
    before: ({ cast }) => {
      const Action = ['ecr:GetRepositoryPolicy', 'ecr:GetRegistryPolicy'];
      const policies = cast.primary.users.get('admin')?.policies ?? [];
      policies.push({ Statement: { Effect: 'Deny', Action, Resource: '*' } });
    },
  },
  'a profile that may not': {
    args: grant(SECONDARY_ACCOUNT, '--profile', 'primary'),
    status: 1,
    says: /not allowed to call ecr:GetRepositoryPolicy \(.*user\/admin .*\nIts administrator allows ecr:GetRepositoryPolicy on arn:aws:ecr:\S+:repository\/team\/private/,
    before: ({ cast }) => {
      const admin = cast.primary.users.get('admin');
      if (admin !== undefined) admin.policies = [];
    },
  },
  "a profile of another account, whose own registry's policy it would be": {
    args: ['grant', SECONDARY_ACCOUNT, '--on', on('team/*'), '--yes', '--profile', 'dev', '--upgrade-scope'],
    status: 1,
    says: /profile dev is of account 444455556666, and the registry of 111122223333\nAs the first profile of 111122223333, run:\n {2}ecr-xacct grant 444455556666 --on '\S+' --yes --upgrade-scope$/m,
  },
  'a mistyped profile': {
    args: ['grant', SECONDARY_ACCOUNT, '--on', on('team/*'), '--yes', '--profile', 'dve', '--upgrade-scope'],
    status: 1,
    says: /^ecr-xacct: there is no profile dve in \S+ or \S+\nDid you mean dev\?\n {2}ecr-xacct grant 444455556666 --on '\S+' --yes --upgrade-scope --profile dev$/m,
  },
  'a profile that may read only': {
    args: grant(SECONDARY_ACCOUNT),
    status: 1,
    says: /not allowed to call ecr:SetRepositoryPolicy \(/,
    before: ({ cast }) => {
      const policies = cast.primary.users.get('admin')?.policies ?? [];
      policies.push({
        Statement: { Effect: 'Deny', Action: 'ecr:SetRepositoryPolicy', Resource: '*' },
      });
    },
  },
  'a role that ECR does not find': {
    args: grant(GHOST),
    status: 1,
    says: /a principal in the policy does not exist \(Principal not found\): arn:aws:iam::444455556666:role\/ghost\nCheck its name and its path; if it was made seconds ago, run:\n {2}ecr-xacct grant \S+ --on \S+ --yes --wait$/m,
  },
  'an account that AWS does not have': {
    args: grant('999988887777'),
    status: 1,
    says: /\(Principal not found\): 999988887777$/m,
  },
  "scope V1, where the registry's policy would have no effect": {
    args: ['grant', SECONDARY_ACCOUNT, '--on', on('team/*'), '--yes'],
    status: 1,
    says: /policy scope is V1, under which it lets no one pull or push\nTo fix it, run:\n {2}ecr-xacct grant 444455556666 --on '\S+\/team\/\*' --yes --upgrade-scope$/m,
    before: ({ cast }) => {
      cast.primary.registry('us-east-1').policyScope = 'V1';
    },
  },
  'a policy with no room left': {
    args: grant(SECONDARY_ACCOUNT),
    status: 1,
    says: /the policy of repository team\/private .*10,?240/,
    before: ({ cast }) => {
      const repository = cast.primary.registry('us-east-1').repositories.get('team/private');
      if (repository === undefined) return;
      repository.policy = {
        Statement: {
          Sid: 'x'.repeat(10_050),
          Effect: 'Deny',
          Principal: '*',
          Action: 'ecr:DeleteRepository',
        },
      };
    },
  },
};

describe('they refuse', () => {
  for (const [what, { args, status, says, before }] of Object.entries(REFUSALS)) {
    test(`${what}, and change nothing`, async () => {
      await using stage = await startPolicyStage();
      before?.(stage);
      const policies = () =>
        JSON.stringify([stage.policyOf(), stage.policyOf('team/private'), stage.policyOf('team/app')]);
      const there = policies();
      const ran = await stage.run(...args);
      assert.equal(ran.status, status, ran.stderr);
      assert.match(ran.stderr, says);
      assert.equal(policies(), there);
    });
  }
});

describe('a role', () => {
  const files = (cast: Parameters<typeof ownerFiles>[0]) => {
    const { credentials, ...others } = ownerFiles(cast);
    return { ...others, credentials: { ...credentials, inspector: keysOf(cast.secondaryAdmin) } };
  };

  test('that IAM does not know is not written into a policy, where a profile of its account may look', async () => {
    await using stage = await startPolicyStage({ files });
    const { status, stderr } = await stage.run(...grant(GHOST));
    assert.equal(status, 1);
    assert.match(stderr, /account 444455556666 has no role arn:aws:iam::444455556666:role\/ghost\nCheck/);
    assert.equal(stage.aws.count('ecr', 'SetRepositoryPolicy'), 0);
  });

  test('that has a path is to be named with it', async () => {
    await using stage = await startPolicyStage({ files });
    stage.cast.secondary.role('runner', { path: '/teams/a/', trust: { Statement: [] } });
    const { stderr } = await stage.run(...grant('arn:aws:iam::444455556666:role/runner'));
    assert.match(stderr, /but arn:aws:iam::444455556666:role\/teams\/a\/runner\nName it with its path/);
  });

  test('that is being made is waited for', async () => {
    await using stage = await startPolicyStage();
    let refused = 0;
    stage.aws.onCall('ecr', 'SetRepositoryPolicy', () => {
      refused += 1;
      if (refused === 2) stage.cast.secondary.role('ghost', { trust: { Statement: [] } });
    });
    const { status, stderr } = await stage.run(...grant(GHOST, '--wait'));
    assert.equal(status, 0, stderr);
    assert.match(stderr, /role\/ghost; waiting for it\.$/m);
    assert.deepEqual(stage.policyOf('team/private')?.Statement[0]?.Principal, { AWS: [GHOST] });
  });

  test('that is never made is waited for no longer than was said', async () => {
    await using stage = await startPolicyStage();
    const { status, stderr } = await stage.run(...grant(GHOST, '--wait', '1s'));
    assert.equal(status, 1);
    assert.match(stderr, /role\/ghost\nCheck its name and its path$/m);
  });
});

describe('a profile that needs an MFA code', () => {
  const files = (cast: Parameters<typeof ownerFiles>[0]) => {
    const { config, ...others } = devFiles(cast);
    return { ...others, config: { ...config, 'profile careful': mfaRole(cast) } };
  };

  test('is not one for a command without a terminal, which says what would give the code', async () => {
    await using stage = await startPolicyStage({ files });
    for (const args of [grant(SECONDARY_ACCOUNT), grant(SECONDARY_ACCOUNT, '--profile', 'careful')]) {
      const { status, stderr } = await stage.run(...args);
      assert.equal(status, 1);
      assert.match(
        stderr,
        /There is no terminal to ask on: run it in a terminal, or set mfa_process in config\.yaml$/m,
      );
    }
  });

  test('is asked for it once: Ctrl-C ends it', { skip: skipWithoutTerminal }, async () => {
    await using stage = await startPolicyStage({
      files: (cast) => {
        const { config, ...others } = files(cast);
        return { ...others, config: { ...config, 'profile second': mfaRole(cast) } };
      },
    });
    const { product } = stage;
    using terminal = openTerminal(`ecr-xacct ${grant(SECONDARY_ACCOUNT).join(' ')}`, {
      ...product.env,
      PATH: `${bin}:/usr/bin:/bin`,
    });
    await terminal.shows(/MFA code of/);
    terminal.type(KEYS.ctrlC);
    const { status, text } = await terminal.end();
    assert.equal(status, 130, text);
    assert.match(text, /ecr-xacct: cancelled: no code was given/);
    assert.equal(text.match(/cancelled/g)?.length, 1, text);
    assert.equal(stage.aws.count('sts', 'AssumeRole'), 0);
  });
});
