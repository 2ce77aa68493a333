// Programs besides Docker's own that use a config.json, and the notes of a setup for them.
// Colima with Docker runs this machine's `docker`, which reads Docker's config.json: it needs no note.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DockerUser } from '../docker/config-file.ts';
import { readFinchConfig } from '../docker/config-file.ts';
import { finchFolder } from '../docker/finch-config.ts';
import { attempt, XacctError } from '../errors.ts';
import type { Hint } from '../hint.ts';
import { programOf, type SetupOptions, typed } from './setup-options.ts';
import { HELPER } from './targets.ts';

/** @throws XacctError `usage` if Finch has no config.json of its own, or one that this program cannot serve. */
export function refuseFinch(options: SetupOptions): void {
  if (!options.finch || process.platform === 'darwin') return;
  if (process.platform === 'win32') {
    throw new XacctError('usage', '--finch: on Windows, Finch runs credential helpers in its VM, not here', {
      hint: { say: 'log in there with what `ecr-xacct get-login-password HOST` prints' },
    });
  }
  throw new XacctError('usage', "--finch: on Linux, Finch reads Docker's config.json", {
    hint: { say: 'to change that, as the user who runs Finch', run: typed({ ...options, finch: undefined }) },
  });
}

/** Notes on what this setup does not cover, or what may not last. */
export function engineNotes(options: SetupOptions, user: DockerUser): Hint[] {
  if (programOf(options) !== 'docker' || options.system) return [];
  return [...finchNote(options, user), ...rancherNote(options, user)];
}

function finchNote(options: SetupOptions, user: DockerUser): Hint[] {
  if (process.platform !== 'darwin' || user.env.DOCKER_CONFIG || !existsSync(finchFolder(user.home)))
    return [];
  const file = attempt(() => readFinchConfig(user));
  if (!(file instanceof XacctError) && [...file.config.credHelpers.values()].includes(HELPER)) return [];
  return [
    {
      say: 'Finch has a config.json of its own; to change that, too',
      run: typed({ ...options, finch: true }),
    },
  ];
}

/**
 * When Rancher Desktop starts, it runs `list` of the credsStore, perhaps with another PATH than a shell's. If that
 * fails, it replaces the store with the system's keychain. It keeps the entries of `credHelpers`.
 * Source: https://github.com/rancher-sandbox/rancher-desktop (pkg/rancher-desktop/utils/dockerDirManager.ts).
 */
function rancherNote(options: SetupOptions, { home }: DockerUser): Hint[] {
  if (!options.credsStore || !existsSync(join(home, '.rd'))) return [];
  return [
    {
      say: 'Rancher Desktop replaces a credsStore whose program is not on its own PATH; if it does',
      run: typed({ ...options, credsStore: undefined }),
    },
  ];
}
