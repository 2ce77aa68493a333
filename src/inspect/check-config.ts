// Finds the faults of the config files: their text, and the profiles, regions and fallback helper that they name.

import type { ConfigNames } from '../config/config-names.ts';
import { type ConfigKind, inspectConfigFile } from '../config/config-reader.ts';
import { configPath, systemConfigPath } from '../config/paths.ts';
import { findHelper } from '../docker/fallback/find-helper.ts';
import { attempt, errorText, printable, XacctError } from '../errors.ts';
import { hintText } from '../hint.ts';
import { profileChain } from '../identity/profile-chain.ts';
import type { Environment } from '../invocation.ts';
import { createProfileReader } from '../profiles/profiles.ts';
import { partitionOfRegion } from '../registry/ecr-hostname.ts';
import { regionMeant } from '../registry/region-names.ts';
import { seePod } from './conclusion.ts';

export interface ConfigCheck {
  file: string;
  /** For output, without line breaks. */
  lines: string[];
  problems: number;
}

/**
 * Checks the user's own file and the machine's, if they exist, in order of precedence. A file that exists and cannot be
 * read gives an error. @throws XacctError `config-invalid` if a variable is not a valid path.
 */
export function checkConfigs(env: Environment): (ConfigCheck | XacctError)[] {
  const [own, system] = [configPath(env), systemConfigPath(env)];
  const beneath = system === undefined ? undefined : attempt(() => checkConfig(system, 'system-config', env));
  const checks =
    own === undefined ? [] : [attempt(() => checkConfig(own, 'config', env) ?? noConfig(own, beneath, env))];
  return beneath === undefined ? checks : [...checks, beneath];
}

/** As in each `get`: only a file that the caller named must exist. */
function noConfig(
  file: string,
  beneath: ConfigCheck | XacctError | undefined,
  env: Environment,
): ConfigCheck {
  const missing = `${printable(file)} does not exist`;
  if (env.ECR_XACCT_CONFIG)
    return { file, lines: [`${missing}, and ECR_XACCT_CONFIG names it`], problems: 1 };
  return { file, lines: [beneath === undefined ? `${missing}: there are no rules` : missing], problems: 0 };
}

/** Finds all faults at once, in the order of the file. */
function checkConfig(file: string, kind: ConfigKind, env: Environment): ConfigCheck | undefined {
  const name = printable(file);
  const inspected = inspectConfigFile(file, kind);
  if (inspected === undefined) return undefined;
  const faults = (inspected.faults ?? []).map(({ message }) => message);
  const names = inspected.names?.();
  const outside =
    names === undefined
      ? []
      : [...profileProblems(names, env), ...regionProblems(names), ...helperProblems(names, env)];
  const problems = [...new Set([...faults, ...outside])].map(printable).toSorted(byPlace(name));
  if (problems.length > 0) {
    return {
      file,
      lines: [...problems, `${name}: ${count(problems.length, 'mistake')}`],
      problems: problems.length,
    };
  }
  const ofPods = inspected.config?.rules.filter(({ rule }) => rule.service_account).length ?? 0;
  const notes = ofPods === 0 ? [] : [`${count(ofPods, 'rule')} for pods; ${hintText(seePod())}`];
  return {
    file,
    lines: [`${name}: ${count(names?.rules ?? 0, 'rule')}, no mistakes`, ...notes],
    problems: 0,
  };
}

/** Each line begins with `FILE:LINE:COLUMN`. */
function byPlace(file: string): (one: string, other: string) => number {
  const placeOf = (line: string): [number, number] => {
    const [, at = '', column = ''] = /^:(\d+):(\d+):/.exec(line.slice(file.length)) ?? [];
    return [Number(at), Number(column)];
  };
  return (one, other) => {
    const [[line, column], [otherLine, otherColumn]] = [placeOf(one), placeOf(other)];
    return line - otherLine || column - otherColumn;
  };
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** Why the profiles that rules name cannot be used. */
function profileProblems({ profiles: named }: ConfigNames, env: Environment): string[] {
  const profiles = createProfileReader()(env);
  return named.flatMap(({ name, key, place, isSource }) => {
    const chain = attempt(() => profileChain(profiles, name, { env, ambient: 'none', isSource }));
    return chain instanceof XacctError ? [`${place}: "${key}": ${errorText(chain)}`] : [];
  });
}

/** Only a problem if it looks mistyped: AWS may open new regions, so `get` accepts any. */
function regionProblems({ regions }: ConfigNames): string[] {
  return regions.flatMap(({ name, key, place }) => {
    const meant = regionMeant(name);
    // A name without the form of a region is a fault of the file itself.
    if (meant === undefined || partitionOfRegion(name) === undefined) return [];
    return [`${place}: "${key}": ${name} is not an AWS region; did you mean ${meant}?`];
  });
}

function helperProblems({ fallbackHelper }: ConfigNames, { PATH }: Environment): string[] {
  if (fallbackHelper === undefined) return [];
  const { name, key, place } = fallbackHelper;
  const program = `docker-credential-${name}`;
  switch (/^[\w.-]+$/.test(name) && name !== 'ecr-xacct' ? findHelper(name, PATH) : name) {
    case undefined:
      return [
        `${place}: "${key}": ${program} is not on PATH (${PATH || 'which is not set'}); install it there, or name another`,
      ];
    case 'is-ours':
      return [
        `${place}: "${key}": ${program} is this program, which would ask itself: name another, or remove the line`,
      ];
    default:
      return [];
  }
}
