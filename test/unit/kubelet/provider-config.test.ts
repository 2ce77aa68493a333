// The kubelet's config for our rules: one provider matches every registry of a rule, and one with tokens those for
// pods.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { emptyConfig } from '../../../src/config/empty-config.ts';
import { parseConfig } from '../../../src/config/load.ts';
import { matchRule } from '../../../src/config/match.ts';
import { parsePattern } from '../../../src/config/pattern.ts';
import { type ProviderOptions, providerConfig } from '../../../src/kubelet/provider-config.ts';
import { matchesImage, type Provider, providersFor, readProviders } from '../../support/kubelet-config.ts';
import { FAMILIES, isEcrHostname, privateHostname } from '../../support/unit/ecr-grammar.ts';

const HOST = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const FILE = '/home/you/node.yaml';

function printed(rules: string, options: Partial<ProviderOptions> = {}): string {
  const config = rules === '' ? emptyConfig(FILE) : parseConfig(`registries:\n${rules}`, FILE);
  return providerConfig(config, { daemon: true, ...options });
}

function providers(rules: string, options: Partial<ProviderOptions> = {}): Provider[] {
  return readProviders(printed(rules, options));
}

/** A hostname, with `*` for any of its four parts. */
const pattern = fc
  .tuple(privateHostname, fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()))
  .map(([{ account, region, hostname }, stars]) => {
    const suffix = hostname.slice(hostname.indexOf(region) + region.length + 1);
    const endpoint = hostname.slice(account.length + 1, hostname.indexOf(region) - 1);
    return [account, endpoint, region, suffix].map((part, index) => (stars[index] ? '*' : part)).join('.');
  })
  .filter((key) => parsePattern(key) !== undefined);

/** Rules of which no two are equally specific: each has its own account and region, or none. */
const config = fc
  .uniqueArray(fc.record({ key: pattern, isOfPods: fc.boolean() }), {
    maxLength: 6,
    selector: ({ key }) => {
      const { rank } = parsePattern(key) ?? {};
      return rank === 'exact' ? key : rank;
    },
  })
  .map((rules) =>
    rules.map(
      ({ key, isOfPods }) => `  "${key}": { ${isOfPods ? 'service_account: true' : 'profile: dev'} }\n`,
    ),
  );

describe('the CredentialProviderConfig', () => {
  test('matches every hostname that a rule covers, by one provider, with the pod where the rule says so', () => {
    fc.assert(
      fc.property(
        config,
        fc.array(privateHostname, { minLength: 1 }),
        fc.constantFrom<Partial<ProviderOptions>>({}, { all: true }, { pods: true }),
        (rules, hosts, options) => {
          const parsed = parseConfig(`registries:\n${rules.join('')}`, FILE);
          const all = providers(rules.join(''), options);
          const named = hosts.map(({ hostname }) => hostname);
          const ruled = parsed.rules.flatMap(({ key }) => named.map((hostname) => filled(key, hostname)));
          const hostnames = [...named, ...ruled].filter(isEcrHostname);
          for (const hostname of hostnames) {
            const rule = matchRule(parsed, hostname)?.rule;
            const [provider, ...more] = providersFor(`${hostname}/team/app:1`, all);
            assert.deepEqual(more, [], hostname);
            if (rule === undefined && rules.length > 0 && Object.keys(options).length === 0) continue;
            assert.ok(provider, hostname);
            const wantsPod = rule === undefined ? options.pods : rule.service_account;
            if (wantsPod) assert.ok(provider.tokenAttributes, hostname);
            // A pod without a service account may pull what the node pulls.
            else assert.notEqual(provider.tokenAttributes?.requireServiceAccount, true, hostname);
          }
        },
      ),
    );
  });

  test('is of every registry of ECR where there is no rule, and of nothing else', () => {
    const [only, ...more] = providers('');
    assert.deepEqual(
      [only?.name, only?.tokenAttributes, more],
      ['ecr-xacct-credential-provider', undefined, []],
    );
    const samples = FAMILIES.map(({ endpoint, regions, suffix }) => {
      return `111122223333.${endpoint}.${regions[0]}west-1.${suffix}`;
    });
    for (const host of [...samples, 'public.ecr.aws', 'ecr-public.aws.com']) {
      assert.ok(
        only?.matchImages.some((glob) => matchesImage(glob, `${host}/app`)),
        host,
      );
    }
    for (const host of ['docker.io', 'api.ecr.us-east-1.amazonaws.com', `a.${HOST}`, `${HOST}.example`]) {
      assert.deepEqual(providersFor(`${host}/app`, only === undefined ? [] : [only]), [], host);
    }
  });

  test('names the two providers after the files that the kubelet runs, each registry with one of them', () => {
    const rules = [
      `  ${HOST}: { role_arn: "arn:aws:iam::111122223333:role/EcrPull", credential_source: Ec2InstanceMetadata }`,
      '  "444455556666.dkr.ecr.*.amazonaws.com": { service_account: true }',
      '  images.corp.example: { registry: 444455556666.dkr.ecr.eu-west-1.amazonaws.com, service_account: true }',
    ];
    const env = [{ name: 'ECR_XACCT_SOCKET', value: '/run/ecr-xacct/daemon.sock' }];
    const common = {
      defaultCacheDuration: '0s',
      apiVersion: 'credentialprovider.kubelet.k8s.io/v1',
      env,
    };
    assert.deepEqual(providers(rules.join('\n')), [
      { name: 'ecr-xacct-credential-provider', matchImages: [HOST], ...common },
      {
        name: 'ecr-xacct-credential-provider-pods',
        matchImages: ['444455556666.dkr.ecr.*.amazonaws.com', 'images.corp.example'],
        ...common,
        tokenAttributes: {
          serviceAccountTokenAudience: 'sts.amazonaws.com',
          cacheType: 'ServiceAccount',
          requireServiceAccount: true,
          optionalServiceAccountAnnotationKeys: [
            'ecr-xacct/role-arn',
            'eks.amazonaws.com/ecr-role-arn',
            'eks.amazonaws.com/role-arn',
          ],
        },
      },
    ]);
  });

  test('is one provider where only pods pull, and where a registry of theirs is within a pattern of the nodes', () => {
    const pods = `  ${HOST}: { service_account: true }\n`;
    const [only, ...more] = providers(pods);
    assert.deepEqual([only?.name, more], ['ecr-xacct-credential-provider', []]);
    assert.equal(only?.tokenAttributes?.requireServiceAccount, true);
    const [both, ...others] = providers(`${pods}  "*.dkr.ecr.*.amazonaws.com": { profile: dev }\n`);
    assert.deepEqual(both?.matchImages, ['*.dkr.ecr.*.amazonaws.com']);
    assert.equal(both?.tokenAttributes?.requireServiceAccount, false);
    assert.deepEqual(others, []);
  });

  test('names the files that the nodes need, and where the kubelet finds the profiles of rules', () => {
    const text = printed(`  ${HOST}: { profile: dev }`, { daemon: false, configFile: '/opt/rules.yaml' });
    assert.match(text, /^# {3}\/opt\/rules\.yaml +the rules of \/home\/you\/node\.yaml, owned by root$/m);
    assert.match(text, /^# {3}\/etc\/ecr-xacct\/aws-config +the profiles that rules name: dev$/m);
    assert.match(text, /^# Other registries of ECR are left to other providers; with --all, /m);
    assert.deepEqual(readProviders(text)[0]?.env, [
      { name: 'ECR_XACCT_CONFIG', value: '/opt/rules.yaml' },
      { name: 'AWS_CONFIG_FILE', value: '/etc/ecr-xacct/aws-config' },
    ]);
    assert.equal(readProviders(printed('', { daemon: false }))[0]?.env, undefined);
    assert.doesNotMatch(printed('', {}), /Other registries|the rules/);
  });
});

const PARTS = /^([^.]+)\.(\*|dkr[.-]ecr(?:-fips)?)\.([^.]+)\.(.+)$/;

/** The pattern, with parts of a hostname instead of its stars. */
function filled(key: string, hostname: string): string {
  const [, ...own] = PARTS.exec(hostname) ?? [];
  const [, ...wanted] = PARTS.exec(key) ?? [];
  return wanted.map((part, index) => (part === '*' ? own[index] : part)).join('.');
}
