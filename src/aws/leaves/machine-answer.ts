// Sends one request to a local endpoint that gives an AWS machine its credentials, never through a proxy.
import { once } from 'node:events';
import http, { type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import { wholeBody } from '../../net/bounded-body.ts';

export interface MachineRequest {
  method?: 'GET' | 'PUT';
  headers?: OutgoingHttpHeaders;
  /** PEM. */
  ca?: string[];
}

/**
 * `timeoutMs` covers everything to the end of the body. If the status is not 200, the body is empty.
 * @throws the system's error; XacctError `service` for an answer that is too large; a `TimeoutError` that has
 * `timeoutMs`.
 */
export async function machineAnswer(
  url: URL,
  options: MachineRequest,
  timeoutMs: number,
): Promise<{ status: number; body: string }> {
  const { request } = url.protocol === 'https:' ? https : http;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const asked = request(url, { ...options, signal }).end();
    const [response]: IncomingMessage[] = await once(asked, 'response');
    // From here on, reading the body reports an error.
    asked.on('error', () => {});
    const { statusCode: status = 0 } = response ?? {};
    if (response === undefined || status !== 200) {
      asked.destroy();
      return { status, body: '' };
    }
    return { status, body: (await wholeBody(response, url.origin)).toString() };
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new MachineTimeout(timeoutMs, error);
  }
}

/** The time of one request is over. */
class MachineTimeout extends Error {
  override readonly name = 'TimeoutError';
  readonly timeoutMs: number;

  constructor(timeoutMs: number, cause: unknown) {
    super(`no answer within ${timeoutMs / 1_000} s`, { cause });
    this.timeoutMs = timeoutMs;
  }
}
