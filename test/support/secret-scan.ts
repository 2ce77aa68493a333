// Searches for secrets where there must be none: in files, in output, in /proc.
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A form of a secret in Docker's files and messages. */
type SecretForm = 'plain' | 'base64' | 'json' | 'percent' | 'hex' | 'wide';

/** The place and the form of a secret, without the secret itself, so that it can be printed. */
export interface SecretFound {
  /** Of the file; for a text, the caller's name for it. */
  readonly path: string;
  readonly form: SecretForm;
}

interface Needle {
  readonly form: SecretForm;
  readonly bytes: Buffer;
}

/**
 * Searches every regular file below `folders` for `secrets`: plain, as a JSON string, URL-encoded, in hexadecimal, as
 * V8 stores it in wide characters, and inside base64 (of `AWS:<secret>`, or of anything). It does not follow links.
 * A folder that does not exist is empty.
 */
export async function findSecretsInFiles(
  folders: readonly string[],
  secrets: readonly string[],
  isExpected: (path: string) => boolean = () => false,
): Promise<SecretFound[]> {
  const needles = needlesOf(secrets);
  const paths = (await Promise.all(folders.map(regularFiles))).flat();
  const searched = paths.filter((path) => !isExpected(path)).map((path) => searchFile(path, needles));
  return (await Promise.all(searched)).flat();
}

/**
 * Searches the arguments and the initial environment of every process in `/proc` that this user may read, including
 * this one.
 */
export async function findSecretsInProcesses(secrets: readonly string[]): Promise<SecretFound[]> {
  return findSecretsInProcess(
    (await readdir('/proc')).filter((name) => /^\d+$/.test(name)),
    secrets,
  );
}

/** The same, but only of these processes. */
export async function findSecretsInProcess(
  pids: readonly (number | string)[],
  secrets: readonly string[],
): Promise<SecretFound[]> {
  const needles = needlesOf(secrets);
  const paths = pids.flatMap((pid) => [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`]);
  return (await Promise.all(paths.map((path) => searchFile(path, needles, ['EACCES'])))).flat();
}

/** Searches a text that is not from a file, such as a program's output; `path` is its name in results. */
export function findSecretsInText(text: string, path: string, secrets: readonly string[]): SecretFound[] {
  return search(Buffer.from(text), path, needlesOf(secrets));
}

async function regularFiles(path: string): Promise<string[]> {
  const stats = await unlessGone(lstat(path));
  if (stats?.isFile()) return [path];
  if (!stats?.isDirectory()) return [];
  const names = (await unlessGone(readdir(path))) ?? [];
  return (await Promise.all(names.map((name) => regularFiles(join(path, name))))).flat();
}

async function searchFile(
  path: string,
  needles: readonly Needle[],
  tolerated: readonly string[] = [],
): Promise<SecretFound[]> {
  const content = await unlessGone(readFile(path), tolerated);
  return content === undefined ? [] : search(content, path, needles);
}

function search(content: Buffer, path: string, needles: readonly Needle[]): SecretFound[] {
  const forms = needles.filter(({ bytes }) => content.includes(bytes)).map(({ form }) => form);
  return [...new Set(forms)].map((form) => ({ path, form }));
}

/** Files and processes may disappear while they are read: then the result is `undefined`. */
async function unlessGone<T>(reading: Promise<T>, tolerated: readonly string[] = []): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (['ENOENT', 'ESRCH', ...tolerated].includes(code)) return undefined;
    throw error;
  }
}

function needlesOf(secrets: readonly string[]): Needle[] {
  // An empty text is in every file, and the base64 of a few characters is in many.
  if (secrets.some((secret) => secret.length < 8)) throw new Error('too short a secret to search for');
  return secrets.flatMap((secret) => {
    const bytes = Buffer.from(secret);
    const otherwise: [SecretForm, string][] = [
      ['json', JSON.stringify(secret).slice(1, -1)],
      ['percent', encodeURIComponent(secret)],
      ['hex', bytes.toString('hex')],
      ['hex', bytes.toString('hex').toUpperCase()],
    ];
    return [
      { form: 'plain' as const, bytes },
      ...otherwise
        .filter(([, text]) => text !== secret)
        .map(([form, text]) => ({ form, bytes: Buffer.from(text) })),
      { form: 'wide' as const, bytes: Buffer.from(secret, 'utf16le') },
      ...[0, 1, 2].map((offset) => ({ form: 'base64' as const, bytes: base64Inside(secret, offset) })),
    ];
  });
}

/**
 * The base64 characters that a secret produces at any offset: they depend only on the offset modulo three. Leaves out
 * the characters at the ends, which also depend on the neighbours.
 */
function base64Inside(secret: string, offset: number): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
  const whole = bytes.subarray(offset === 0 ? 0 : 3, bytes.length - (bytes.length % 3));
  return Buffer.from(whole.toString('base64'));
}
