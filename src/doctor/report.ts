// The file of `doctor --report`: the findings and the machine's versions, to attach to a bug report. It has no secrets.
import { closeSync, fchmodSync, openSync, rmSync, writeSync } from 'node:fs';
import { release } from 'node:os';
import { dirname } from 'node:path';
import { childEnvironment } from '../caller-environment.ts';
import { printable, XacctError } from '../errors.ts';
import { type Command, command, commandText } from '../hint.ts';
import type { Environment } from '../invocation.ts';
import { findProgram } from '../os/find-program.ts';
import { createSecrets, environmentSecrets } from '../secrets.ts';
import { printableJson } from '../terminal/printable-json.ts';
import type { CheckUp } from './check-up.ts';
import type { Diagnosis } from './finding.ts';

export interface ReportFile extends Disposable {
  write(text: string): void;
}

/**
 * Creates the file before the first check. If nothing is written to it, it is removed again.
 * @param words the command line, for the hint.
 * @throws XacctError `file-access`. It overwrites no file, and follows no link.
 */
export function makeReport(path: string, words: Command): ReportFile {
  const fd = open(path, words);
  let isWritten = false;
  return {
    write: (text) => {
      writeSync(fd, text);
      isWritten = true;
    },
    [Symbol.dispose]: () => {
      closeSync(fd);
      if (!isWritten) rmSync(path);
    },
  };
}

function open(path: string, words: Command): number {
  try {
    const fd = openSync(path, 'wx', 0o600);
    // Independent of the umask.
    fchmodSync(fd, 0o600);
    return fd;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (code === 'EEXIST') {
      throw new XacctError('file-access', `${path} is there already, and is not overwritten`, {
        hint: { say: 'for another name', run: command`${words} --report ${otherName(path)}` },
        cause,
      });
    }
    throw new XacctError('file-access', `cannot make ${path} (${code})`, {
      hint: { run: command`ls -ld ${dirname(path)}` },
      cause,
    });
  }
}

/** As in `report-2.md`. */
function otherName(path: string): string {
  const [, name = path, number, end = ''] = /^(.*?)(?:-(\d{1,6}))?(\.[^./]*)?$/s.exec(path) ?? [];
  return `${name}-${Number(number ?? 1) + 1}${end}`;
}

export interface ReportInput {
  version: string;
  words: Command;
  env: Environment;
  /** The screen output, without styles. */
  shown: string;
  found: Diagnosis | CheckUp;
}

const PROGRAMS = ['docker', 'podman', 'aws'];
/** The variables that these programs use. */
const TELLING =
  /^(?:AWS|ECR_XACCT|DOCKER|BUILDX|BUILDKIT|REGISTRY_AUTH|XDG|SSL_CERT|NODE|REQUESTS_CA)_|_proxy$/i;
/** Values that are names or places: they are no secrets, and useful. */
const PLAIN =
  /^(?:AWS_(?:DEFAULT_)?(?:PROFILE|REGION)|ECR_XACCT_(?:PROFILE|DAEMON|TIMEOUT|LOG)|DOCKER_(?:CONFIG|HOST|CONTEXT))$/;

export async function reportText({ version, words, env, shown, found }: ReportInput): Promise<string> {
  const versions = await Promise.all(PROGRAMS.map((name) => versionOf(name, env)));
  const variables = Object.keys(env)
    .filter((name) => TELLING.test(name) && env[name] !== undefined)
    .sort()
    .map((name) => (PLAIN.test(name) ? `${name}=${printable(env[name] ?? '')}` : `${name} (value left out)`));
  const facts = [
    `ecr-xacct ${version}, Node ${process.versions.node}`,
    `${process.platform} ${release()}, ${process.arch}`,
    ...versions.filter((line) => line !== undefined),
    `run: ${commandText(words)}`,
    `at: ${new Date().toISOString()}`,
  ];
  const text = `# ecr-xacct doctor

${facts.map((fact) => `- ${fact}`).join('\n')}

## Variables that are set

${variables.map((line) => `- ${line}`).join('\n') || 'None that matters.'}

## What was found

\`\`\`
${shown.trimEnd()}
\`\`\`

## The same for programs

\`\`\`json
${printableJson(found).trimEnd()}
\`\`\`
`;
  return createSecrets(environmentSecrets(env)).hide(text);
}

const VERSION_MS = 5_000;

/** The first line of its `--version`; undefined if it is not on PATH. */
async function versionOf(name: string, env: Environment): Promise<string | undefined> {
  const program = findProgram(name, env.PATH)?.path;
  if (program === undefined) return undefined;
  const { runHelper } = await import('../docker/fallback/helper-process.ts');
  const asked = {
    program,
    args: ['--version'],
    input: '',
    env: childEnvironment(env),
    timeoutMs: VERSION_MS,
  };
  const said = await runHelper(asked).catch(() => undefined);
  const [line = ''] = said?.stdout.toString().split('\n') ?? [];
  return line.trim() === '' ? `${name}: says no version` : `${name}: ${printable(line.trim())}`;
}
