// Finds the secrets in a request by the names of headers and fields, because an error may repeat them.
import type { HttpRequest } from '@smithy/types';

const SECRET_HEADER = /authorization|token|dpop/i;
const SECRET_FIELD = /token|secret|code|password|assertion/i;

/** In a signed header only the signature is secret. */
export function secretsIn({ headers, body }: Pick<HttpRequest, 'headers' | 'body'>): string[] {
  return [
    ...Object.entries(headers).flatMap(([name, value]) =>
      SECRET_HEADER.test(name) ? value.replace(/^AWS4-.*Signature=/, '') : [],
    ),
    ...fieldsOf(textOf(body)).flatMap(([name, value]) => (SECRET_FIELD.test(name) ? value : [])),
  ];
}

function textOf(body: unknown): string {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? Buffer.from(body).toString() : '';
}

/** The fields of JSON, nested ones included; otherwise those of a form. */
function fieldsOf(body: string): [string, string][] {
  const fields: [string, string][] = [];
  try {
    JSON.parse(body, (name, value: unknown) => {
      if (typeof value === 'string') fields.push([name, value]);
    });
    return fields;
  } catch {
    return [...new URLSearchParams(body)];
  }
}
