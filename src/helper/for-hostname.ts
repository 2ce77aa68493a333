// Says in a failure for which hostname it is.
import { XacctError } from '../errors.ts';

/** `hostname`: as it was asked for, where that is no hostname. A failure of the program itself stays as it is. */
export function forHostname(hostname: string, error: unknown): unknown {
  if (!(error instanceof XacctError)) return error;
  return error.prefixed(hostname);
}
