// The head of the table: machine and versions.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import type { GoHelper } from './go-helpers.ts';

export type Machine = Readonly<Record<string, string>>;

/** Debian's version, or `unknown`. */
export function packageVersion(name: string): string {
  // dpkg-query prints the name and the version, or nothing for a program that Debian did not install.
  const { stdout } = spawnSync('dpkg-query', ['--show', name], { encoding: 'utf8' });
  return stdout?.trim().split('\t')[1] ?? 'unknown';
}

export function describeMachine(echoCompiler: string, goHelpers: readonly GoHelper[]): Machine {
  const processors = cpus();
  const own = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return {
    machine: `${processors[0]?.model}, ${processors.length} cores, ${Math.round(totalmem() / 2 ** 30)} GB`,
    kernel: `Linux ${release()}`,
    ours: `docker-credential-ecr-xacct ${own.version}, Node ${process.versions.node}`,
    Go: `docker-credential-ecr-login ${goHelpers.map(({ version }) => version).join('; also ')}`,
    aws: `aws ecr get-login-password, Debian ${packageVersion('awscli')}`,
    echo: `a static C program that copies stdin (${echoCompiler})`,
  };
}
