// The walk of doctor for what runs in AWS: who pulls there is a role, or Lambda itself, and no Docker.
import type { FoundPrincipal } from '../aws/questions.ts';
import type { Front } from '../client/answer.ts';
import { NEEDED_PULL_ACTIONS } from '../policy/actions.ts';
import { type Principal, principalOf } from '../policy/denial.ts';
import { parsePolicy } from '../policy/policy-document.ts';
import { allowsRequest } from '../policy/review.ts';
import { actionsFor, type CallerRights, callerRights, repositoryArn, type Wanted } from './caller-rights.ts';
import { administratorOf } from './doctor-denial.ts';
import type { Finding } from './doctor-finding.ts';
import type { Platform } from './doctor-platforms.ts';
import { callerRightsFinding, registryRightsFinding } from './doctor-rights.ts';
import { judgeRights, policiesByOwner } from './registry-rights.ts';

interface RoleNeeds {
  /** What AWS's consoles call it. */
  role: string;
  /** Who assumes it. */
  service: string;
  /** The managed policy that would do, by its path. */
  policy: string;
  name: string;
}

/**
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html and …/instance_IAM_role.html: on
 * EC2, the agent pulls as the instance, unless the task has an execution role.
 */
const NEEDS: Readonly<Record<'ecs' | 'fargate', RoleNeeds>> = {
  ecs: {
    role: 'ecsInstanceRole',
    service: 'ec2.amazonaws.com',
    policy: 'service-role/AmazonEC2ContainerServiceforEC2Role',
    name: "the instances' role",
  },
  fargate: {
    role: 'ecsTaskExecutionRole',
    service: 'ecs-tasks.amazonaws.com',
    policy: 'service-role/AmazonECSTaskExecutionRolePolicy',
    name: 'the task execution role',
  },
};

export interface Consumer {
  platform: Platform;
  /** Twelve digits. */
  account: string;
  /** Of the role that pulls; undefined for what is usual. */
  roleArn: string | undefined;
  /** Where it runs; undefined where that is not known. */
  region: string | undefined;
}

/** Each step supposes that those before it did not fail. */
export async function* walkFor(
  consumer: Consumer,
  wanted: Omit<Wanted, 'push'>,
  front: Front,
): AsyncGenerator<Finding> {
  const { platform } = consumer;
  const pull = { ...wanted, push: false };
  if (platform === 'lambda') {
    yield regionFinding(consumer, pull);
    yield await lambdaRights(consumer, pull, front);
    return;
  }
  const needs = NEEDS[platform];
  const { partition } = wanted.registry;
  const arn = consumer.roleArn ?? `arn:${partition}:iam::${consumer.account}:role/${needs.role}`;
  const who = principalOf(arn);
  if (who?.kind !== 'role') return;
  const rights = await callerRights(who, pull, front);
  const role = roleFinding(who, needs, rights.found);
  // Who names a role knows its name.
  const { notes: _, ...plain } = role;
  yield role.outcome === 'unknown' && consumer.roleArn !== undefined ? plain : role;
  yield roleRightsFinding(who, needs, pull, rights);
  yield await roleOnRegistry(rights.found?.arn ?? arn, consumer, pull, front);
}

/** https://docs.aws.amazon.com/lambda/latest/dg/images-create.html: the image and the function are of one region. */
function regionFinding({ region }: Consumer, { registry }: Wanted): Finding {
  const step = 'region';
  if (region === undefined) {
    const text = `functions must be in ${registry.region}, where the registry is; nothing here says where they are`;
    return { step, outcome: 'unknown', text, notes: ['To say it, add: --region REGION'] };
  }
  if (region === registry.region)
    return { step, outcome: 'ok', text: `the functions are in ${region}, as the registry is` };
  return {
    step,
    outcome: 'failed',
    side: 'image',
    text: `Lambda pulls from its own region only: the functions are in ${region}, the registry in ${registry.region}`,
    by: administratorOf(registry.account),
    command: `aws ecr put-replication-configuration --region ${registry.region} --replication-configuration '{"rules":[{"destinations":[{"region":"${region}","registryId":"${registry.account}"}]}]}'`,
    notes: [
      'It replaces the rules that are there: see aws ecr describe-registry.',
      'Only what is pushed from then on is copied, so push the image again; its policy there is another one.',
    ],
  };
}

async function lambdaRights({ account }: Consumer, wanted: Wanted, front: Front): Promise<Finding> {
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
  const policies = await policiesByOwner(registry, repository, front);
  if (policies === undefined) return unreadFinding(wanted, who);
  const { partition, region } = registry;
  const resourceArn = repositoryArn(wanted);
  const sourceArn = `arn:${partition}:lambda:${region}:${account}:function:*`;
  const requests = NEEDED_PULL_ACTIONS.flatMap((action) => [
    { account, action, resourceArn, principalArn: `arn:${partition}:iam::${account}:root` },
    { account, action, resourceArn, service: 'lambda.amazonaws.com', sourceArn },
  ]);
  return registryRightsFinding(judgeRights(policies, requests), { wanted, who, step });
}

function roleFinding(
  who: Extract<Principal, { kind: 'role' }>,
  needs: RoleNeeds,
  found: FoundPrincipal | undefined,
): Finding {
  const step = 'role';
  const named = `${needs.name} ${who.name} of ${who.account}`;
  if (found === undefined) {
    return {
      step,
      outcome: 'unknown',
      text: `nobody of ${who.account} is known here who may look at ${named}`,
      notes: ['If it has another name, add: --role ARN'],
    };
  }
  const by = administratorOf(who.account);
  if (!found.exists) {
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: needs.service }, Action: 'sts:AssumeRole' }],
    });
    return {
      ...{
        step,
        outcome: 'failed',
        side: 'caller',
        by,
        text: `there is no role ${who.name} in ${who.account}`,
      },
      command: `aws iam create-role --role-name ${who.name} --assume-role-policy-document '${trust}'`,
      notes: ['If it has another name, add: --role ARN'],
    };
  }
  if (!isTrusted(found.trust, needs.service, who)) {
    return {
      ...{ step, outcome: 'failed', side: 'caller', by },
      text: `${named} does not trust ${needs.service}, which is to assume it`,
      command: `aws iam get-role --role-name ${who.name} --query Role.AssumeRolePolicyDocument`,
    };
  }
  return { step, outcome: 'ok', text: `${named} exists, and ${needs.service} may assume it` };
}

/** Under a condition (of the account, of the cluster), too: it is not for doctor to judge. */
function isTrusted(
  trust: string | undefined,
  service: string,
  { account, name, partition }: Principal & { kind: 'role' },
): boolean {
  if (trust === undefined) return true;
  const document = parsePolicy(trust, `the trust policy of ${name}`);
  return servicesIn(partition, service).some((named) => {
    const request = { service: named, account, action: 'sts:AssumeRole', resourceArn: name };
    return ['allowed', 'conditional'].includes(allowsRequest([{ document, kind: 'repository' }], request));
  });
}

/** In China, EC2 is also called what it was there before services had one name in all partitions. */
function servicesIn(partition: string, service: string): string[] {
  return partition === 'aws-cn' ? [service, `${service}.cn`] : [service];
}

function roleRightsFinding(
  who: Principal,
  { policy }: RoleNeeds,
  wanted: Wanted,
  { simulated }: CallerRights,
): Finding {
  const step = 'role-rights';
  if (simulated !== undefined) return callerRightsFinding(simulated, { wanted, who, step, policy });
  const text = `nobody of ${who.account} is known here who may simulate what it may do (iam:SimulatePrincipalPolicy)`;
  return { step, outcome: 'unknown', text };
}

async function roleOnRegistry(
  arn: string,
  { account }: Consumer,
  wanted: Wanted,
  front: Front,
): Promise<Finding> {
  const step = 'registry-rights';
  const { registry, repository } = wanted;
  if (account === registry.account)
    return { step, outcome: 'ok', text: 'a role of the same account needs no policy there' };
  const policies = await policiesByOwner(registry, repository, front);
  if (policies === undefined) return unreadFinding(wanted, arn);
  const resourceArn = repositoryArn(wanted);
  const requests = actionsFor(false).map((action) => ({ principalArn: arn, account, action, resourceArn }));
  return registryRightsFinding(judgeRights(policies, requests), { wanted, who: arn, step });
}

function unreadFinding({ registry, repository }: Wanted, who: string): Finding {
  return {
    step: 'registry-rights',
    outcome: 'unknown',
    text: `nobody of ${registry.account} is known here who may read its policies; where they do not let it in yet, its owner grants it`,
    by: administratorOf(registry.account),
    command: `ecr-xacct grant ${who} --on ${registry.hostname}/${repository}`,
  };
}
