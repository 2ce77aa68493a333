// Where Finch knows its credential helpers from: on macOS it has a config.json of its own, and runs them on the Mac, not in its VM.
// Source: https://github.com/runfinch/finch (pkg/credserver/utils_darwin.go, process_darwin.go; from version 1.15.0 on).
import { join, resolve } from 'node:path';
import type { Environment } from '../invocation.ts';

/** `$DOCKER_CONFIG/config.json`, which Finch hands on, else `~/.finch/config.json`. It has the shape of Docker's. */
export function finchConfigPath(env: Environment, home: string): string {
  return join(env.DOCKER_CONFIG ? resolve(env.DOCKER_CONFIG) : finchFolder(home), 'config.json');
}

/** Made by the first start of Finch. */
export function finchFolder(home: string): string {
  return join(home, '.finch');
}

/** Its credential server looks for helpers on this PATH, not on the caller's. */
export const FINCH_PATH = '/opt/finch/bin:/usr/local/bin:/opt/homebrew/bin:/usr/bin:/bin:/usr/sbin:/sbin';
