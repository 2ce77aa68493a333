// The config that is in force for a caller's environment, read again when the file has changed.
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Environment } from '../invocation.ts';
import { createFileCache } from '../os/file-cache.ts';
import { type Config, emptyConfig, parseConfig } from './load.ts';
import { configPath } from './paths.ts';

/** @throws XacctError `config-invalid`, from the reader it returns. */
export function createConfigReader(): (env: Environment) => Config {
  const readConfig = createFileCache(parseConfig);
  return (env) => {
    const path = configPath(env);
    if (path === undefined) return emptyConfig(undefined);
    const config = readConfig(path);
    if (config === undefined && env.ECR_XACCT_CONFIG) {
      throw new XacctError('config-invalid', `ECR_XACCT_CONFIG names ${path}, which does not exist`, {
        hint: { run: command`unset ECR_XACCT_CONFIG` },
      });
    }
    return config ?? emptyConfig(path);
  };
}
