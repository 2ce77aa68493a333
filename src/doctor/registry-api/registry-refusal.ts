// Why a registry, or the storage behind it, refuses a request: only the error code and message of its answer.
import type { Denial } from '../../denial.ts';
import { isRecord } from '../../is-record.ts';
import { parseDenial } from '../../policy/denial.ts';
import { parseXmlError } from '../../xml-error.ts';

export interface Refusal {
  /** `DENIED`, `NAME_UNKNOWN`, `MANIFEST_UNKNOWN`, …; from S3 `AccessDenied` and the like. */
  code?: string;
  message?: string;
  /** The parsed message, if access is denied. */
  denial?: Denial;
}

const MAX_CHARACTERS = 2_048;

/**
 * Reads the JSON of the registry protocol
 * (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes) and the XML of S3. `hide` removes
 * secrets, in case the registry repeats what it was sent.
 */
export function parseRefusal(body: string, hide: (text: string) => string): Refusal {
  const { code, message } = parseXmlError(body) ?? fromJson(body);
  const shown = (text: unknown) =>
    typeof text === 'string' ? hide(text).slice(0, MAX_CHARACTERS) : undefined;
  const [shownCode, shownMessage] = [shown(code), shown(message)];
  const denial = parseDenial(shownMessage ?? '');
  return {
    ...(shownCode && { code: shownCode }),
    ...(shownMessage && { message: shownMessage }),
    ...(denial && { denial }),
  };
}

function fromJson(body: string): { code?: unknown; message?: unknown } {
  try {
    const value: unknown = JSON.parse(body);
    const [first] = isRecord(value) && Array.isArray(value.errors) ? value.errors : [value];
    return isRecord(first) ? first : {};
  } catch {
    return {};
  }
}
