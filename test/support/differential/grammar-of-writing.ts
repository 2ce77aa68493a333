// The ways to write a header, a setting and a line's end in a file, mostly ordinary ones.
import fc from 'fast-check';
import { bytes } from './differential-case.ts';

export function mostly<T>(ordinary: T, ...odd: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 4 * odd.length, arbitrary: fc.constant(ordinary) },
    ...odd.map((one) => ({ weight: 1, arbitrary: fc.constant(one) })),
  );
}

export function header(name: string): fc.Arbitrary<string> {
  return mostly(
    `[profile ${name}]`,
    `[profile "${name}"]`,
    `[profile '${name}']`,
    `[profile  ${name}]`,
    `[profile\t${name}]`,
    `[ profile ${name}]`,
    `[profile ${name} ]`,
    `[profile ${name}]# c`,
    `[profile ${name}] ; c`,
    `[profile ${name}`,
    `[profiles ${name}]`,
    `[PROFILE ${name}]`,
    `[${name}]`,
    ` [profile ${name}]`,
    `[profile ${name} x]`,
  );
}

export function credentialsHeader(name: string): fc.Arbitrary<string> {
  return mostly(`[${name}]`, `[${name}]# c`, `[ ${name} ]`, `["${name}"]`, `[profile ${name}]`, `[${name}`);
}

/** One setting, written in one of the ways. */
function written(line: string): fc.Arbitrary<string> {
  const equals = line.indexOf(' = ');
  const [option, value] = [line.slice(0, equals), line.slice(equals + 3)];
  return mostly(
    line,
    `${option}=${value}`,
    `${option}: ${value}`,
    `${option} :${value}`,
    `${option.toUpperCase()} = ${value}`,
    `${option}\t=\t${value}\t`,
    `  ${line}`,
    `${line} # c`,
    `${line} ; c`,
    `${option} = "${value}"`,
    `${option} =`,
    `${option} =\n  ${value}`,
    `${option} =\n  a = b`,
    `# ${line}`,
    `${line}\u00a0`,
    `${line}\n  more`,
    `${line}\n\n`,
    option,
  );
}

export function linesOf(settings: string): string[] {
  return settings.split('\n').filter((line) => line !== '');
}

const noise = mostly(
  '',
  '',
  '',
  '# c',
  '  ; c',
  's3 =\n  a = b',
  'word',
  'output = json',
  '\t',
  'region = us-east-1',
);

/** A section: its header, its written settings, and something between them. */
export function section(begins: fc.Arbitrary<string>, settings: string): fc.Arbitrary<string> {
  const lines = linesOf(settings).map(written);
  return fc
    .tuple(begins, noise, ...lines)
    .map((parts) => parts.filter((part) => part !== '').join('\n'))
    .map((text) => `${text}\n`);
}

export const lineEnds = mostly<(text: string) => string | Uint8Array>(
  (text) => text,
  (text) => text.replaceAll('\n', '\r\n'),
  (text) => text.replaceAll('\n', '\r'),
  (text) => `\ufeff${text}`,
  (text) => bytes(`# \xe9\n${text}`),
  (text) => text.trimEnd(),
);
