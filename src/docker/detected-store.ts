// The credential store that Docker chooses by itself, as long as config.json names no helper and has no login.
// Source: https://github.com/docker/cli (cli/config/config.go, LoadDefaultConfigFile; cli/config/credentials).
import type { DockerConfig } from './docker-config.ts';

/**
 * The NAME of `docker-credential-NAME`; undefined where Docker would choose none. Once there is a `credHelpers` entry it
 * chooses none any more, and the next `docker login` would leave its password in the file, in plain text.
 */
export function detectedStore(
  { auths, credHelpers, credsStore }: DockerConfig,
  platform: NodeJS.Platform,
  isOnPath: (program: string) => boolean,
): string | undefined {
  if (auths.size > 0 || credHelpers.size > 0 || credsStore !== undefined) return undefined;
  const name = platformStore(platform, isOnPath);
  return isOnPath(`docker-credential-${name}`) ? name : undefined;
}

function platformStore(platform: NodeJS.Platform, isOnPath: (program: string) => boolean): string {
  if (platform === 'darwin') return 'osxkeychain';
  if (platform === 'win32') return 'wincred';
  return isOnPath('pass') ? 'pass' : 'secretservice';
}
