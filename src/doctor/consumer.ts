// Who pulls if it is not Docker: which role, in which region, and from which registry.

import { explained } from '../client/ask-for-people.ts';
import { XacctError } from '../errors.ts';
import { parsePolicyTarget } from '../grants/policy-target.ts';
import type { Invocation } from '../invocation.ts';
import { principalOf } from '../policy/principal.ts';
import type { Wanted } from './caller-rights.ts';
import type { DoctorOptions, Platform } from './options.ts';
import type { ImageName } from './registry-api/image-name.ts';
import type { Consumer } from './walk-for.ts';

/** The image's own ECR hostname, or the registry that config.yaml maps the name to. @throws XacctError `usage` */
export function wantedOf({ hostname, repository }: ImageName, { env }: Invocation): Omit<Wanted, 'push'> {
  return {
    registry: parsePolicyTarget(`${hostname}/${repository}`, env).registry,
    repository,
  };
}

/**
 * The account of the named role; without a role, the account of the caller's identity for the registry.
 * @throws XacctError
 */
export async function consumerOf(
  platform: Platform,
  { role: roleArn, region: named }: DoctorOptions,
  { hostname }: ImageName,
  invocation: Invocation,
): Promise<Consumer> {
  const region = named ?? (invocation.env.AWS_REGION || invocation.env.AWS_DEFAULT_REGION || undefined);
  const role = principalOf(roleArn ?? '');
  if (roleArn !== undefined) {
    if (role?.kind !== 'role' || role.session !== undefined) {
      throw new XacctError('usage', `${roleArn} is not a role`, {
        hint: { say: 'write it like arn:aws:iam::444455556666:role/ecsTaskExecutionRole' },
      });
    }
    return { platform, account: role.account, roleArn, region };
  }
  const { caller, error } = await explained({ hostname, mint: true }, invocation);
  if (caller !== undefined) return { platform, account: caller.account, roleArn, region };
  throw new XacctError(
    error?.code ?? 'no-identity',
    error?.message ?? `no identity is known for ${hostname}`,
    {
      hint: {
        say: 'name the role that pulls, and with it its account: --role arn:aws:iam::444455556666:role/NAME',
      },
    },
  );
}
