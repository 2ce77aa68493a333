// What is wrong with a config file: its text, and the profiles that its rules name.
import { inspectConfigFile } from '../config/config-reader.ts';
import type { RegistryRule } from '../config/load.ts';
import { errorText, printable, XacctError } from '../errors.ts';
import { profileChain } from '../identity/profile-chain.ts';
import type { Environment } from '../invocation.ts';
import { createProfileReader, type Profiles } from '../profiles/profiles.ts';

export interface ConfigCheck {
  /** To be printed, without line breaks. */
  lines: string[];
  problems: number;
}

/** @throws XacctError `config-invalid` where a file is there and cannot be read. */
export function checkConfig(file: string, env: Environment): ConfigCheck {
  const name = printable(file);
  const inspected = inspectConfigFile(file);
  if (inspected === undefined) {
    // As in every `get`: only a file that the caller named has to be there.
    return env.ECR_XACCT_CONFIG
      ? { lines: [`${name} does not exist, and ECR_XACCT_CONFIG names it`], problems: 1 }
      : { lines: [`${name} does not exist: there are no rules`], problems: 0 };
  }
  if (inspected.config === undefined) {
    return told(
      name,
      inspected.faults.map(({ message }) => printable(message)),
    );
  }
  const { rules } = inspected.config;
  const profiles = createProfileReader()(env);
  const problems = rules.flatMap((rule) =>
    profileProblems(rule, profiles, env).map((problem) =>
      printable(`${file}:${rule.line}:${rule.column}: "${rule.key}": ${problem}`),
    ),
  );
  if (problems.length > 0) return told(name, problems);
  return { lines: [`${name}: ${count(rules.length, 'rule')}, no mistakes`], problems: 0 };
}

function told(file: string, problems: readonly string[]): ConfigCheck {
  return { lines: [...problems, `${file}: ${count(problems.length, 'mistake')}`], problems: problems.length };
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** Why the profile that the rule names is no identity of its own. */
function profileProblems({ rule }: RegistryRule, profiles: Profiles, env: Environment): string[] {
  const name = rule.profile ?? rule.source_profile;
  if (name === undefined) return [];
  try {
    profileChain(profiles, name, { env, ambient: 'none', isSource: rule.profile === undefined });
    return [];
  } catch (error) {
    if (error instanceof XacctError) return [errorText(error)];
    throw error;
  }
}
