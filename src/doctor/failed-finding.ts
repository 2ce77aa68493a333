// A failure of this program as what doctor found.
import type { ErrorFields, XacctError } from '../errors.ts';
import type { DoctorStep, Finding, Side } from './finding.ts';

export function failedFinding(
  step: DoctorStep,
  { message, hint }: Pick<ErrorFields, 'message'> & { hint?: string | undefined },
  side?: Side,
): Finding {
  return { step, outcome: 'failed', text: message, ...(side && { side }), ...fromHint(hint) };
}

/** Hints are `run: COMMAND`, `its administrator runs: COMMAND`, or say in words what is to be done. */
function fromHint(hint: string | undefined): Pick<Finding, 'command' | 'by' | 'notes'> {
  if (hint === undefined) return {};
  const { by, command } =
    /^(?:(?<by>[^:;]*\badministrator\b[^:;]*) runs|run): (?<command>.+)$/.exec(hint)?.groups ?? {};
  if (command === undefined) return { notes: [`${hint.charAt(0).toUpperCase()}${hint.slice(1)}`] };
  return { command, ...(by && { by }) };
}

/** What could not be looked at, because AWS could not be asked. */
export function unknownFinding(step: DoctorStep, what: string, { message, hint }: XacctError): Finding {
  return { step, outcome: 'unknown', text: `${what}: ${message}`, ...fromHint(hint) };
}
