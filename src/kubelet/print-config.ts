// What `ecr-xacct kubelet config` does: it reads the rules, and prints the kubelet's config for them.
import { resolve } from 'node:path';
import { createConfigReader, readConfigAt } from '../config/config-reader.ts';
import type { Config } from '../config/load.ts';
import { SYSTEM_CONFIG } from '../config/paths.ts';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Run } from '../invocation.ts';
import { audienceRoles, providerConfig } from './provider-config.ts';

export interface ProviderConfigOptions {
  rules?: string;
  all?: true;
  pods?: true;
  daemon: boolean;
  rbac?: true;
}

/** @throws XacctError `config-invalid`; `usage` if the file of --rules does not exist. */
export function printProviderConfig(
  { rules, rbac, ...options }: ProviderConfigOptions,
  { invocation: { env }, streams }: Run,
): void {
  if (rbac) return void streams.stdout.write(audienceRoles());
  const config = rules === undefined ? createConfigReader()(env) : rulesIn(rules);
  // If a variable names another file, that path is for the nodes, too.
  const named = rules === undefined ? env.ECR_XACCT_CONFIG : undefined;
  const configFile = named && named !== SYSTEM_CONFIG ? named : undefined;
  streams.stdout.write(providerConfig(config, { ...options, configFile }));
}

function rulesIn(file: string): Config {
  const config = readConfigAt(resolve(file), 'config');
  if (config.exists) return config;
  throw new XacctError('usage', `--rules names ${resolve(file)}, which does not exist`, {
    hint: { say: 'to see your own', run: command`ecr-xacct config path` },
  });
}
