// A call that is no mint was denied: which action, and who can allow it.
import { XacctError } from '../../errors.ts';
import type { ServiceError } from './service-failure.ts';

const REFUSAL = /is not authorized to perform: (?<action>[\w-]+:\w+)(?: on resource: (?<resource>\S+))?/;

export function callDenied(error: ServiceError): XacctError {
  const { action, resource } = REFUSAL.exec(error.message)?.groups ?? {};
  const what = action ?? 'this';
  return new XacctError('access-denied', `not allowed to call ${what} (${error.message})`, {
    hint: {
      say: `its administrator allows ${what}${resource === undefined ? '' : ` on ${resource}`}, or name a profile that may: --profile NAME`,
    },
    cause: error,
  });
}
