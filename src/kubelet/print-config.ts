// What `ecr-xacct kubelet config` does: reads the rules, and prints what is made of them.
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

/** @throws XacctError `config-invalid`; `usage` where the file of --rules is not there. */
export function printProviderConfig(
  { rules, rbac, ...options }: ProviderConfigOptions,
  { invocation: { env }, streams }: Run,
): void {
  if (rbac) return void streams.stdout.write(audienceRoles());
  const config = rules === undefined ? createConfigReader()(env) : rulesIn(rules);
  // Whoever names another file means it on the nodes, too.
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
