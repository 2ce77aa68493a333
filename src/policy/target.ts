// The repositories of a grant, as a person types them after the registry's hostname.
import { XacctError } from '../errors.ts';
import type { PrivateRegistry } from '../registry/ecr-hostname.ts';
import type { Target } from './access.ts';

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
const REPOSITORY = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const MIN_CHARACTERS = 2;
const MAX_CHARACTERS = 256;
/** https://github.com/distribution/reference/blob/main/regexp.go */
const TAG_OR_DIGEST = /(?::[\w][\w.-]{0,127})?(?:@[A-Za-z][\w+.-]*:[0-9a-fA-F]{32,})?$/;

/**
 * Parses `team/app` (one repository; a tag or digest after it is dropped), `team/*` (all with this prefix), and `*` or
 * undefined (all).
 * @throws XacctError `usage`, which says what to write instead.
 */
export function parseTarget(
  { account, region, partition }: PrivateRegistry & { account: string },
  path: string | undefined,
): Target {
  const registry = { account, region, partition };
  if (path === undefined || path === '*') return { ...registry, kind: 'prefix', name: '' };
  // An empty variable, for example: this must not mean every repository.
  if (path === '') throw noName('there is no repository after the slash', "for every repository, write '*'");
  if (path.endsWith('*')) {
    const prefix = path.slice(0, -1);
    // A prefix may end with a character that a name may not end with.
    requireName(path, prefix, /[._/-]$/.test(prefix) ? prefix.slice(0, -1) : prefix, 1);
    return { ...registry, kind: 'prefix', name: prefix };
  }
  const name = path.replace(TAG_OR_DIGEST, '');
  if (name.endsWith('/') && REPOSITORY.test(name.slice(0, -1))) {
    throw noName(`${path} ends with a slash, a repository does not`, `for all below it, write '${name}*'`);
  }
  requireName(path, name, name, MIN_CHARACTERS);
  return { ...registry, kind: 'repository', name };
}

/** A Resource of a registry's or an identity's policy; a prefix has a wildcard at its end. */
export function targetArn({ partition, region, account, kind, name }: Target): string {
  return `arn:${partition}:ecr:${region}:${account}:repository/${name}${kind === 'prefix' ? '*' : ''}`;
}

/** For a sentence: `repository team/app`, `repositories team/*`, `every repository`. */
export function describeTarget({ kind, name }: Target): string {
  if (kind === 'repository') return `repository ${name}`;
  return name === '' ? 'every repository' : `repositories ${name}*`;
}

/** `text` is what was typed, `written` the name or prefix in it, `name` the part that must have the form of a name. */
function requireName(text: string, written: string, name: string, least: number): void {
  if (written.includes('*')) {
    const before = written.slice(0, written.indexOf('*'));
    throw noName(
      `${text} has a wildcard that is not at its end`,
      before === '' ? undefined : `write '${before}*'`,
    );
  }
  if (written.length > MAX_CHARACTERS || name.length < least) {
    throw noName(
      `${text} has ${written.length} character${written.length === 1 ? '' : 's'}, a repository has ${MIN_CHARACTERS} to ${MAX_CHARACTERS}`,
    );
  }
  if (REPOSITORY.test(name)) return;
  const lower = written.toLowerCase();
  // ASCII only: `toLowerCase` turns some foreign letters into ASCII letters.
  if (/^[ -~]*$/.test(written) && lower !== written && REPOSITORY.test(name.toLowerCase())) {
    throw noName(`${text} has upper case, a repository has none`, `write ${quoted(text, lower)}`);
  }
  throw noName(`${text} is not a repository name`);
}

function quoted(text: string, name: string): string {
  return text.endsWith('*') ? `'${name}*'` : name;
}

function noName(
  message: string,
  say = "write a repository (team/app), a prefix ('team/*'), or nothing for every repository",
): XacctError {
  return new XacctError('usage', message, { hint: { say } });
}
