// Writes a rule as a line of config.yaml.
import { parse } from 'yaml';

/** As in `"111122223333.dkr.ecr.*.amazonaws.com": { profile: dev }`. */
export function ruleLine(key: string, profile: string): string {
  return `${JSON.stringify(key)}: { profile: ${scalar(profile)} }`;
}

/** A string for a flow map: unquoted if YAML cannot read it as anything else. */
export function scalar(text: string): string {
  const isPlain = /^[A-Za-z][\w.@+-]*$/.test(text) && parse(text) === text;
  return isPlain ? text : JSON.stringify(text);
}

export function valueText(value: string | number | true): string {
  if (typeof value !== 'string') return `${value}`;
  return /^arn:[\w:/+=,.@-]+$/.test(value) ? value : scalar(value);
}
