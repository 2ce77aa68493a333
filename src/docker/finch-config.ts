// The files in which Finch finds its credential helpers. On macOS it runs the helpers on the Mac, not in its VM:
// it has a config.json of its own there.
// Source: https://github.com/runfinch/finch (pkg/credserver/utils_darwin.go, process_darwin.go), since version 1.15.0.
import { join, resolve } from 'node:path';
import type { Environment } from '../invocation.ts';

/** `$DOCKER_CONFIG/config.json`, which Finch passes on, or else `~/.finch/config.json`. It has the form of Docker's. */
export function finchConfigPath(env: Environment, home: string): string {
  return join(env.DOCKER_CONFIG ? resolve(env.DOCKER_CONFIG) : finchFolder(home), 'config.json');
}

/** The first start of Finch makes it. */
export function finchFolder(home: string): string {
  return join(home, '.finch');
}

/** The PATH on which its credential server looks for helpers, instead of the caller's. */
export const FINCH_PATH = '/opt/finch/bin:/usr/local/bin:/opt/homebrew/bin:/usr/bin:/bin:/usr/sbin:/sbin';
