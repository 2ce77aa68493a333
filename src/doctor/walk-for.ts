// The steps of doctor for AWS services: a role, or Lambda itself, pulls there instead of Docker.
import { type CallersOf, createCallersOf } from '../callers/callers-of.ts';
import type { XacctError } from '../errors.ts';
import { command, commandText } from '../hint.ts';
import type { Invocation } from '../invocation.ts';
import { NEEDED_PULL_ACTIONS } from '../policy/actions.ts';
import { principalOf } from '../policy/principal.ts';
import { actionsFor, callerRights, repositoryArn, type Wanted } from './caller-rights.ts';
import { administratorOf, runAs } from './denied-finding.ts';
import { type Finding, unknownFinding } from './finding.ts';
import type { Platform } from './options.ts';
import { judgeRights, policiesByOwner } from './registry-rights.ts';
import { registryRightsFinding } from './rights-findings.ts';
import { NEEDS, roleFinding, roleRightsFinding } from './role-steps.ts';

export interface Consumer {
  platform: Platform;
  /** Twelve digits. */
  account: string;
  /** The ARN of the role that pulls; undefined for the usual role. */
  roleArn: string | undefined;
  /** The region of the service; undefined if it is not known. */
  region: string | undefined;
}

/** Each step assumes that the steps before it did not fail. */
export async function* walkFor(
  consumer: Consumer,
  wanted: Omit<Wanted, 'push'>,
  invocation: Invocation,
): AsyncGenerator<Finding> {
  const { platform } = consumer;
  const callersOf = createCallersOf(wanted.registry, invocation);
  const pull = { ...wanted, push: false };
  if (platform === 'lambda') {
    yield await regionFinding(consumer, pull, callersOf);
    yield await lambdaRights(consumer, pull, callersOf);
    return;
  }
  const needs = NEEDS[platform];
  const { partition } = wanted.registry;
  const arn = consumer.roleArn ?? `arn:${partition}:iam::${consumer.account}:role/${needs.role}`;
  const who = principalOf(arn);
  if (who?.kind !== 'role') return;
  const rights = await callerRights(who, pull, callersOf);
  const role = runAs(roleFinding(who, needs, rights), rights.profile);
  // The notes suggest role names; a user who named a role needs none.
  const { notes: _, ...plain } = role;
  yield role.outcome === 'unknown' && consumer.roleArn !== undefined ? plain : role;
  yield runAs(roleRightsFinding(who, needs, pull, rights), rights.profile);
  yield await roleOnRegistry(rights.found?.arn ?? arn, consumer, pull, callersOf);
}

/**
 * https://docs.aws.amazon.com/lambda/latest/dg/images-create.html: the image and the function must be in one region.
 */
async function regionFinding(
  { region }: Consumer,
  { registry }: Wanted,
  callersOf: CallersOf,
): Promise<Finding> {
  const step = 'region';
  if (region === undefined) {
    const text = `functions must be in ${registry.region}, where the registry is, and their region is not known`;
    return { step, outcome: 'unknown', text, notes: ['Add: --region REGION'] };
  }
  if (region === registry.region)
    return { step, outcome: 'ok', text: `the functions are in ${region}, as the registry is` };
  const owner = await callersOf(registry.account).next();
  const at = [
    ...['--region', registry.region],
    ...(owner.value?.profile === undefined ? [] : ['--profile', owner.value.profile]),
  ];
  const destinations = [{ region, registryId: registry.account }];
  const rules = JSON.stringify({ rules: [{ destinations }] });
  return {
    step,
    outcome: 'failed',
    side: 'image',
    text: `Lambda pulls from its own region only: the functions are in ${region}, the registry in ${registry.region}`,
    by: administratorOf(registry.account),
    command: commandText(
      command`aws ecr put-replication-configuration --replication-configuration ${rules} ${at}`,
    ),
    notes: [
      'It replaces the rules that are there. To see them, run:',
      `  ${commandText(command`aws ecr describe-registry ${at}`)}`,
      'Only what is pushed from then on is copied, so push the image again; its policy there is another one.',
    ],
  };
}

async function lambdaRights({ account }: Consumer, wanted: Wanted, callersOf: CallersOf): Promise<Finding> {
  const { registry, repository } = wanted;
  const step = 'registry-rights';
  const who = `lambda:${account}`;
  if (account === registry.account) {
    return {
      step,
      outcome: 'ok',
      text: 'functions of the same account need no policy: Lambda adds one itself',
    };
  }
  const { policies, profile, failure } = await policiesByOwner(registry, repository, callersOf);
  if (policies === undefined) return unreadFinding(wanted, who, failure);
  const { partition, region } = registry;
  const resourceArn = repositoryArn(wanted);
  const sourceArn = `arn:${partition}:lambda:${region}:${account}:function:*`;
  const requests = NEEDED_PULL_ACTIONS.flatMap((action) => [
    { account, action, resourceArn, principalArn: `arn:${partition}:iam::${account}:root` },
    { account, action, resourceArn, service: 'lambda.amazonaws.com', sourceArn },
  ]);
  return registryRightsFinding(judgeRights(policies, requests), { wanted, who, step, profile });
}

async function roleOnRegistry(
  arn: string,
  { account }: Consumer,
  wanted: Wanted,
  callersOf: CallersOf,
): Promise<Finding> {
  const step = 'registry-rights';
  const { registry, repository } = wanted;
  if (account === registry.account)
    return { step, outcome: 'ok', text: 'a role of the same account needs no policy there' };
  const { policies, profile, failure } = await policiesByOwner(registry, repository, callersOf);
  if (policies === undefined) return unreadFinding(wanted, arn, failure);
  const resourceArn = repositoryArn(wanted);
  const requests = actionsFor(false).map((action) => ({ principalArn: arn, account, action, resourceArn }));
  return registryRightsFinding(judgeRights(policies, requests), { wanted, who: arn, step, profile });
}

function unreadFinding(
  { registry, repository }: Wanted,
  who: string,
  failure: XacctError | undefined,
): Finding {
  const step = 'registry-rights';
  if (failure !== undefined) return unknownFinding(step, 'its policies could not be read', failure);
  return {
    step,
    outcome: 'unknown',
    text: `no profile of ${registry.account} here may read its policies; if they do not let it in yet, its owner grants it`,
    by: administratorOf(registry.account),
    command: `ecr-xacct grant ${who} --on ${registry.hostname}/${repository}`,
  };
}
