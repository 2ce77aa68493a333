// The head of the table: what ran, on what.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';

export type Machine = Readonly<Record<string, string>>;

function packageVersion(name: string): string {
  // A line of name and version. Where the program came from elsewhere there is none.
  const { stdout } = spawnSync('dpkg-query', ['--show', name], { encoding: 'utf8' });
  return stdout?.trim().split('\t')[1] ?? 'unknown';
}

export function describeMachine(echoCompiler: string): Machine {
  const processors = cpus();
  const own = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return {
    machine: `${processors[0]?.model}, ${processors.length} cores, ${Math.round(totalmem() / 2 ** 30)} GB`,
    kernel: `Linux ${release()}`,
    ours: `docker-credential-ecr-xacct ${own.version}, Node ${process.versions.node}`,
    Go: `docker-credential-ecr-login, Debian ${packageVersion('amazon-ecr-credential-helper')}`,
    aws: `aws ecr get-login-password, Debian ${packageVersion('awscli')}`,
    echo: `a static C program that copies stdin (${echoCompiler})`,
  };
}
