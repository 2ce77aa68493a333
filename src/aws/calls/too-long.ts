// Limits the length of a credential from AWS, because every process on its way keeps a copy.
import { XacctError } from '../../errors.ts';

/** AWS's tokens have up to a few kilobytes. */
const MAX_CHARACTERS = 65_536;

/** @throws XacctError `service` for a credential that is too long to be from AWS. */
export function refuseIfTooLong(service: 'ECR' | 'STS', ...credential: readonly string[]): void {
  if (credential.every(({ length }) => length <= MAX_CHARACTERS)) return;
  throw new XacctError('service', `${service} answered with a token of more than 64 KiB`, {
    hint: { say: 'check what answers for AWS:', run: ['env', '|', 'grep', 'AWS_ENDPOINT'] },
  });
}
