// A failure of this program as what doctor found.
import type { ErrorFields, XacctError } from '../errors.ts';
import { commandText, type Hint, hintText } from '../hint.ts';
import type { DoctorStep, Finding, Side } from './finding.ts';

export function failedFinding(
  step: DoctorStep,
  { message, hint }: Pick<XacctError | ErrorFields, 'message' | 'hint'>,
  side?: Side,
): Finding {
  return { step, outcome: 'failed', text: message, ...(side && { side }), ...fieldsOf(hint) };
}

/** A command has a line of its own; what is to be done besides is a note. */
function fieldsOf(hint: Hint | undefined): Pick<Finding, 'command' | 'by' | 'notes'> {
  if (hint === undefined) return {};
  const { say, run, by, next } = hint;
  if (run === undefined || say !== undefined || next !== undefined) {
    const note = hintText(hint);
    return { notes: [`${note.charAt(0).toUpperCase()}${note.slice(1)}`] };
  }
  return { command: commandText(run), ...(by && { by }) };
}

/** What could not be looked at, because AWS could not be asked. */
export function unknownFinding(step: DoctorStep, what: string, { message, hint }: XacctError): Finding {
  return { step, outcome: 'unknown', text: `${what}: ${message}`, ...fieldsOf(hint) };
}
