// The config that is in force for a caller's environment, read again when the file has changed.
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Environment } from '../invocation.ts';
import { type Apart, type CachedKind, createFileCache, createSharedFileCache } from '../os/file-cache.ts';
import { emptyConfig } from './empty-config.ts';
import { type Config, type InspectedConfig, inspectConfig, parseConfig } from './load.ts';
import { configPath } from './paths.ts';

/** 60,000 rules. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Fifty rules, which take some 10 to 20 ms in a process without a compiler; a hundred keys as long. */
const APART_OVER = { bytes: 4 * 1024, lines: 100 };
/** A process of its own takes as long to start as this many rules take here. */
const FIRST_APART_OVER = { bytes: 16 * 1024, lines: 250 };

/**
 * The lines that almost all such files have: a comment, a key, a key with a value on the same line. The YAML library takes a tenth
 * of a second for a few KiB of braces.
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

/** @throws XacctError `config-invalid`, from the reader it returns. */
export function createConfigReader(): (env: Environment) => Config {
  const readConfig = createFileCache(CONFIG_FILE);
  return (env) => readBy(readConfig, env, (config, path) => checked(config, path, env));
}

/** Of a large file, a promise. @throws XacctError as above; likewise the promise. */
export type SharedConfigReader = (env: Environment) => Config | Promise<Config>;

/** For a process that others wait for: `apart` reads what takes long. */
export function createSharedConfigReader(
  apart: Pick<Apart<Config>, 'parse' | 'onGarbage'>,
): SharedConfigReader {
  const readConfig = createSharedFileCache(CONFIG_FILE, {
    over: APART_OVER,
    first: FIRST_APART_OVER,
    isLight: isUsual,
    ...apart,
  });
  return (env) =>
    readBy(readConfig, env, (config, path) => {
      return config instanceof Promise ? config : checked(config, path, env);
    });
}

function readBy<T, R>(read: (path: string) => T, env: Environment, then: (value: T, path: string) => R) {
  const path = configPath(env);
  return path === undefined ? emptyConfig(undefined) : then(read(path), path);
}

function checked(config: Config | undefined, path: string, env: Environment): Config {
  if (config === undefined && env.ECR_XACCT_CONFIG) {
    throw new XacctError('config-invalid', `ECR_XACCT_CONFIG names ${path}, which does not exist`, {
      hint: { run: command`unset ECR_XACCT_CONFIG` },
    });
  }
  return config ?? emptyConfig(path);
}

/** The file at a path, every default where there is none. @throws XacctError `config-invalid` */
export function readConfigAt(path: string): Config {
  return createFileCache(CONFIG_FILE)(path) ?? emptyConfig(path);
}

/** What is wrong with the file at a path; undefined where there is none. @throws XacctError `config-invalid` where it cannot be read. */
export function inspectConfigFile(path: string): InspectedConfig | undefined {
  const kind: CachedKind<InspectedConfig> = { ...CONFIG_FILE, parse: inspectConfig };
  return createFileCache(kind)(path);
}
