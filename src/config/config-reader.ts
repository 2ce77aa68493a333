// Reads the config that applies to a caller's environment, and reads it again when the file has changed.
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Environment } from '../invocation.ts';
import { type Apart, type CachedKind, createFileCache, createSharedFileCache } from '../os/file-cache.ts';
import { refuseUntrusted } from '../os/trusted-file.ts';
import { emptyConfig } from './empty-config.ts';
import { type Config, type InspectedConfig, inspectConfig, parseConfig } from './load.ts';
import { createMerge } from './merge.ts';
import { configPath, isSystemConfig, SYSTEM_CONFIG, systemConfigPath } from './paths.ts';

/** About 60,000 rules. */
const MAX_BYTES = 4 * 1024 * 1024;

/** About fifty rules, or a hundred keys: they take 10 to 20 ms in a process without a compiler. */
const APART_OVER = { bytes: 4 * 1024, lines: 100 };
/** Starting a process takes as long as reading this many rules here. */
const FIRST_APART_OVER = { bytes: 16 * 1024, lines: 250 };

/**
 * The lines of almost all such files: a comment, a key, a key with a value on the same line. For other forms, the YAML
 * library can take a tenth of a second for a few KiB of braces.
 */
const USUAL_LINE = usualLine();

function usualLine(): RegExp {
  const quoted = `"[^"\\\\]*"|'[^']*'`;
  const flow = `\\{[^{}[\\]&*!|>%@\`]*\\}|\\[[\\w ,]*\\]`;
  const setting = `(?:${quoted}|[\\w.-]+) *:(?: +(?:${quoted}|[\\w./:@+=,-]+|${flow}))?`;
  return new RegExp(`^ *(?:${setting} *)?(?:#[^\\r]*)?\\r?$`);
}

function isUsual(text: string): boolean {
  return text.split('\n').every((line) => USUAL_LINE.test(line));
}

const CONFIG_FILE = { parse: parseConfig, maxBytes: MAX_BYTES, irregular: 'refused' } as const;

/**
 * The user's own file, and the machine's. The machine's applies to every user, so its owner must be root, or the caller
 * if a test has moved it.
 */
const KINDS = {
  config: CONFIG_FILE,
  'system-config': {
    ...CONFIG_FILE,
    check: (path, file) =>
      refuseUntrusted(path, file, path === SYSTEM_CONFIG ? undefined : process.geteuid?.()),
  },
} as const satisfies Record<string, CachedKind<Config>>;

export type ConfigKind = keyof typeof KINDS;

/** @throws XacctError `config-invalid`, when the returned reader is called. */
export function createConfigReader(): (env: Environment) => Config {
  const readOwn = createFileCache(KINDS.config);
  const readSystem = createFileCache(KINDS['system-config']);
  const merge = createMerge();
  return (env) => {
    const [own, beneath] = readBoth(readOwn, readSystem, env);
    return merge(ownOf(own, env), beneath);
  };
}

/** Returns a promise for a large file. @throws XacctError as above; the promise rejects with the same. */
export type SharedConfigReader = (env: Environment) => Config | Promise<Config>;

/** How to read a config in another process. */
interface ApartConfig extends Pick<Apart<Config>, 'onGarbage'> {
  parse: (kind: ConfigKind, path: string, size: number) => Promise<Config>;
}

/** For a process that other callers wait for: `parse` reads a file that takes long, in another process. */
export function createSharedConfigReader({ parse, onGarbage }: ApartConfig): SharedConfigReader {
  const shared = (kind: ConfigKind) =>
    createSharedFileCache<Config>(KINDS[kind], {
      over: APART_OVER,
      first: FIRST_APART_OVER,
      isLight: isUsual,
      parse: (path, size) => parse(kind, path, size),
      onGarbage,
    });
  const [readOwn, readSystem, merge] = [shared('config'), shared('system-config'), createMerge()];
  return (env) => {
    const [own, beneath] = readBoth(readOwn, readSystem, env);
    if (!(own instanceof Promise || beneath instanceof Promise)) return merge(ownOf(own, env), beneath);
    return Promise.all([own, beneath]).then((read) => merge(ownOf(read[0], env), read[1]));
  };
}

function readBoth<T>(
  readOwn: (path: string) => T,
  readSystem: (path: string) => T,
  env: Environment,
): [T | undefined, T | undefined] {
  const [own, system] = [configPath(env), systemConfigPath(env)];
  return [
    own === undefined ? undefined : (isSystemConfig(env) ? readSystem : readOwn)(own),
    system === undefined ? undefined : readSystem(system),
  ];
}

function ownOf(config: Config | undefined, env: Environment): Config {
  if (config !== undefined) return config;
  const path = configPath(env);
  if (path === undefined || !env.ECR_XACCT_CONFIG) return emptyConfig(path);
  throw new XacctError('config-invalid', `ECR_XACCT_CONFIG names ${path}, which does not exist`, {
    hint: { run: command`unset ECR_XACCT_CONFIG` },
  });
}

/** The machine's config alone; undefined if it has none. @throws XacctError `config-invalid` */
export function readSystemConfig(env: Environment): Config | undefined {
  const path = systemConfigPath(env);
  return path === undefined ? undefined : createFileCache(KINDS['system-config'])(path);
}

/** Only the file at this path; the defaults if it does not exist. @throws XacctError `config-invalid` */
export function readConfigAt(path: string, kind: ConfigKind): Config {
  return createFileCache(KINDS[kind])(path) ?? emptyConfig(path);
}

/**
 * The faults of the file at a path; undefined if it does not exist.
 * @throws XacctError `config-invalid` if it cannot be read.
 */
export function inspectConfigFile(path: string, kind: ConfigKind): InspectedConfig | undefined {
  return createFileCache<InspectedConfig>({ ...KINDS[kind], parse: inspectConfig })(path);
}
