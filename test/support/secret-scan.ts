// Owns the search for secrets where they must not be: in files, in output, in what /proc shows of processes.
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A form that a secret takes on its way through Docker's files and messages. */
type SecretForm = 'plain' | 'base64' | 'json' | 'percent' | 'hex' | 'wide';

/** Where a secret was found, and in which form; never the secret itself, so that it can be printed. */
export interface SecretFound {
  /** Of the file; for text, what the caller calls it. */
  readonly path: string;
  readonly form: SecretForm;
}

interface Needle {
  readonly form: SecretForm;
  readonly bytes: Buffer;
}

/**
 * Searches every regular file under `folders` for `secrets`: plain, as a JSON string, as in a URL, in hexadecimal, as V8
 * keeps it among wide characters, and inside base64 (of `AWS:<secret>`, of anything). Follows no links; a folder that
 * does not exist holds nothing.
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
 * Searches the arguments and the initial environment of every process that `/proc` shows and this user may
 * read, this one included.
 */
export async function findSecretsInProcesses(secrets: readonly string[]): Promise<SecretFound[]> {
  return findSecretsInProcess(
    (await readdir('/proc')).filter((name) => /^\d+$/.test(name)),
    secrets,
  );
}

/** The same of these processes alone. */
export async function findSecretsInProcess(
  pids: readonly (number | string)[],
  secrets: readonly string[],
): Promise<SecretFound[]> {
  const needles = needlesOf(secrets);
  const paths = pids.flatMap((pid) => [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`]);
  return (await Promise.all(paths.map((path) => searchFile(path, needles, ['EACCES'])))).flat();
}

/** Searches a text that was not read from a file, such as a program's output; `path` is how to name it. */
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

/** Files and processes come and go while they are read: the answer, or `undefined` for what is gone. */
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
  // An empty needle is in every file, and the base64 of a few characters in many.
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
 * The base64 characters that a secret causes at any place in what was encoded: they depend only on its
 * distance from a multiple of three bytes, and those at the ends, which its neighbours share, are left away.
 */
function base64Inside(secret: string, offset: number): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
  const whole = bytes.subarray(offset === 0 ? 0 : 3, bytes.length - (bytes.length % 3));
  return Buffer.from(whole.toString('base64'));
}
