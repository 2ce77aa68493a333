// How long a credential of AWS's may be: what is handed on is kept, and copied by all that it goes through.
import { XacctError } from '../../errors.ts';

/** AWS's tokens have up to some kilobytes. */
const MAX_CHARACTERS = 65_536;

/** @throws XacctError `service` for a credential that none of AWS's can be. */
export function refuseIfTooLong(service: 'ECR' | 'STS', ...credential: readonly string[]): void {
  if (credential.every(({ length }) => length <= MAX_CHARACTERS)) return;
  throw new XacctError('service', `${service} answered with a token of more than 64 KiB`, {
    hint: { say: 'check what answers for AWS:', run: ['env', '|', 'grep', 'AWS_ENDPOINT'] },
  });
}
