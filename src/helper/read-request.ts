// Reads the requests of `ecr-xacct login`, `explain` and `export` to the daemon: JSON from another process.
import { parseServerURL } from '../docker/server-url.ts';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { ExplainRequest } from './explain.ts';
import type { LoginRequest } from './login.ts';

/** @throws XacctError `protocol` for any other input. */
export function readLoginRequest(input: string): LoginRequest {
  const { hostname, profile, code } = readObject(input);
  if (!isMissingOr(hostname, isHostname) || !isMissingOr(profile, isText) || !isMissingOr(code, isText)) {
    throw malformed();
  }
  if (hostname === undefined && profile === undefined) throw malformed();
  return { hostname, profile, code };
}

/** @throws XacctError `protocol` for any other input. */
export function readExplainRequest(input: string): Omit<ExplainRequest, 'env'> {
  const { hostname, mint } = readObject(input);
  if (!isHostname(hostname) || typeof mint !== 'boolean') throw malformed();
  return { hostname, mint };
}

/** @returns the hostname. @throws XacctError `protocol` for any other input. */
export function readExportRequest(input: string): string {
  const { hostname } = readObject(input);
  if (!isHostname(hostname)) throw malformed();
  return hostname;
}

function readObject(input: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(input);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // The parser's message would quote the input.
  }
  throw malformed();
}

function isMissingOr<T>(value: unknown, is: (value: unknown) => value is T): value is T | undefined {
  return value === undefined || is(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isHostname(value: unknown): value is string {
  return isText(value) && parseServerURL(value)?.hostname === value;
}

function malformed(): XacctError {
  return new XacctError('protocol', 'this daemon does not know the request', {
    hint: { say: 'to end the daemon', run: command`ecr-xacct daemon stop` },
  });
}
