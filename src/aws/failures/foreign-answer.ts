// Explains an answer that the service does not send: an error of AWS in XML, a failing server, or not AWS at all.
import { printable, XacctError } from '../../errors.ts';
import { command, type Hint } from '../../hint.ts';
import type { Exchange } from '../../net/transport-failure.ts';
import { parseXmlError } from '../../xml-error.ts';

const WAIT: Hint = { say: 'wait a minute and run the same command again' };

/** The maximum length of a quoted error. */
const MAX_QUOTED = 300;

/**
 * `error`: the SDK's error for an answer that it cannot parse. Only a failure is quoted, because any other answer may
 * contain a token. The caller removes secrets from the quote.
 */
export function foreignAnswer(
  error: unknown,
  { origin }: Pick<Exchange, 'origin'>,
  status: number,
): XacctError {
  const fail = (message: string, hint: Hint) => new XacctError('service', message, { hint, cause: error });
  const look = { say: 'check:', run: command`curl -sSi ${origin}/` };
  const said = status < 400 ? undefined : quotedError(bodyOf(error));
  if (status >= 500) {
    return fail(
      `${origin} failed (status ${status}${said === undefined ? '' : `; ${said}`})`,
      status === 501 || status === 505 ? look : WAIT,
    );
  }
  if (said !== undefined) return fail(`${origin} refused (status ${status}; ${said})`, look);
  const name = error instanceof Error ? error.name : typeof error;
  return fail(
    `what answered for ${origin} (status ${status}) is not AWS, as with a captive portal or a proxy (${name})`,
    look,
  );
}

/** The SDK keeps the answer that it could not parse. Its body has been read to the end. */
function bodyOf(error: unknown): string {
  const response = error instanceof Error && '$response' in error ? error.$response : undefined;
  const body =
    typeof response === 'object' && response !== null && 'body' in response ? response.body : undefined;
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  return typeof body === 'string' ? body : '';
}

/** `CODE: MESSAGE`. */
function quotedError(body: string): string | undefined {
  const { code, message } = parseXmlError(body) ?? {};
  if (code === undefined) return undefined;
  const quoted = printable(message === undefined ? code : `${code}: ${message}`);
  return quoted.length > MAX_QUOTED ? `${[...quoted].slice(0, MAX_QUOTED).join('')}…` : quoted;
}
