// For whom doctor looks where no Docker pulls: whose role, where, and from which registry.
import type { Front } from '../client/answer.ts';
import type { ImageName } from '../docker/image-name.ts';
import { XacctError } from '../errors.ts';
import { principalOf } from '../policy/denial.ts';
import { passedEnvironment } from '../wire/environment.ts';
import type { Wanted } from './caller-rights.ts';
import type { Consumer } from './doctor-for.ts';
import type { Platform } from './doctor-platforms.ts';
import { explained } from './explained.ts';
import { parsePolicyTarget } from './policy-target.ts';
import type { DoctorOptions } from './run-doctor.ts';

/** Of the account's own hostname, or the one that config.yaml maps to it. @throws XacctError `usage` */
export function wantedOf({ hostname, repository }: ImageName, { env }: Front): Omit<Wanted, 'push'> {
  return {
    registry: parsePolicyTarget(`${hostname}/${repository}`, passedEnvironment(env)).registry,
    repository,
  };
}

/** Of the account of the role that is named; else of whoever one is for the registry. @throws XacctError */
export async function consumerOf(
  platform: Platform,
  { role: roleArn, region: named }: DoctorOptions,
  { hostname }: ImageName,
  front: Front,
): Promise<Consumer> {
  const region = named ?? (front.env.AWS_REGION || front.env.AWS_DEFAULT_REGION || undefined);
  const role = principalOf(roleArn ?? '');
  if (roleArn !== undefined) {
    if (role?.kind !== 'role' || role.session !== undefined) {
      throw new XacctError('usage', `${roleArn} is no role`, {
        hint: 'write it like arn:aws:iam::444455556666:role/ecsTaskExecutionRole',
      });
    }
    return { platform, account: role.account, roleArn, region };
  }
  const { caller, error } = await explained({ hostname, mint: true }, front);
  if (caller !== undefined) return { platform, account: caller.account, roleArn, region };
  throw new XacctError(error?.code ?? 'no-identity', error?.message ?? `nobody is known for ${hostname}`, {
    hint: 'name the role that pulls, and with it its account: --role arn:aws:iam::444455556666:role/NAME',
  });
}
