// Parses dates that programs write for the AWS CLI, as the AWS CLI does.

const ISO =
  /^(\d{4})-?(\d\d)-?(\d\d)[Tt ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)? ?(?:[Zz]|UTC|GMT|([+-]\d\d):?(\d\d)?)$/;
/** The date format of HTTP. */
const RFC_1123 = /^[A-Z][a-z]{2}, (\d\d) [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

/**
 * Accepts the formats of botocore's dateutil that are unambiguous: ISO 8601, basic or extended, with a zone, and
 * HTTP's. Undefined for others: the AWS CLI fails at a date without a zone, and at a day that the month does not have.
 */
export function parseDate(text: string): Date | undefined {
  const written = text.trim();
  const [, day] = RFC_1123.exec(written) ?? [];
  if (day !== undefined) return dateWhere(written, (utc) => utc.slice(8, 10) === day);
  const [
    iso,
    years,
    months,
    days,
    hours,
    minutes,
    seconds = '00',
    fraction = '',
    ahead = '+00',
    more = '00',
  ] = ISO.exec(written) ?? [];
  if (iso === undefined || Number(ahead.slice(1)) > 23 || Number(more) > 59) return undefined;
  const local = `${years}-${months}-${days}T${hours}:${minutes}:${seconds}`;
  const date = dateWhere(`${local}Z`, (utc) => utc.startsWith(local));
  const offset = Number(`${ahead.charAt(0)}${Number(ahead.slice(1)) * 60 + Number(more)}`);
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'));
  return date && new Date(date.getTime() + milliseconds - offset * 60_000);
}

/** JavaScript would read 30 February as a day in March. */
function dateWhere(text: string, isIt: (utc: string) => boolean): Date | undefined {
  const date = new Date(text);
  return !Number.isNaN(date.getTime()) && isIt(date.toISOString()) ? date : undefined;
}
