// The role that pulls for ECS: what it needs, and whether it has that.
import { parsePolicy } from '../policy/policy-document.ts';
import type { Principal } from '../policy/principal.ts';
import { allowsRequest } from '../policy/review.ts';
import type { CallerRights, Wanted } from './caller-rights.ts';
import { administratorOf } from './denied-finding.ts';
import { type Finding, unknownFinding } from './finding.ts';
import { callerRightsFinding } from './rights-findings.ts';

export interface RoleNeeds {
  /** The role's name in the AWS console. */
  role: string;
  /** The service that assumes it. */
  service: string;
  /** The AWS managed policy that is enough, by its path. */
  policy: string;
  name: string;
}

/**
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html and
 * …/instance_IAM_role.html: on EC2, the agent pulls as the instance, unless the task has an execution role.
 */
export const NEEDS: Readonly<Record<'ecs' | 'fargate', RoleNeeds>> = {
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

export function roleFinding(
  who: Extract<Principal, { kind: 'role' }>,
  needs: RoleNeeds,
  { found, failure }: CallerRights,
): Finding {
  const step = 'role';
  const named = `${needs.name} ${who.name} of ${who.account}`;
  if (found === undefined && failure !== undefined) {
    return unknownFinding(step, `${named} could not be looked at`, failure);
  }
  if (found === undefined) {
    return {
      step,
      outcome: 'unknown',
      text: `no profile of ${who.account} here may look at ${named}`,
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

/** A trust under a condition (on the account, on the cluster) counts, too: doctor does not judge conditions. */
function isTrusted(
  trust: string | undefined,
  service: string,
  { account, name, partition }: Principal & { kind: 'role' },
): boolean {
  if (trust === undefined) return true;
  const document = parsePolicy(trust, `the trust policy of ${name}`);
  return servicesIn(partition, service).some((named) => {
    const request = { service: named, account, action: 'sts:AssumeRole', resourceArn: name };
    return ['allowed', 'conditional'].includes(allowsRequest([document], request));
  });
}

/** In China, EC2 also has its old service name, from before service names were the same in all partitions. */
function servicesIn(partition: string, service: string): string[] {
  return partition === 'aws-cn' ? [service, `${service}.cn`] : [service];
}

export function roleRightsFinding(
  who: Principal,
  { policy }: RoleNeeds,
  wanted: Wanted,
  { simulated, failure }: CallerRights,
): Finding {
  const step = 'role-rights';
  if (simulated !== undefined) return callerRightsFinding(simulated, { wanted, who, step, policy });
  if (failure !== undefined) return unknownFinding(step, 'what it may do could not be looked at', failure);
  const text = `no profile of ${who.account} here may simulate what it may do (iam:SimulatePrincipalPolicy)`;
  return { step, outcome: 'unknown', text };
}
