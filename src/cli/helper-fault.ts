// Whether Docker will find our docker-credential-ecr-xacct on PATH, and the command that mends it where not.
import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { shellWord } from '../errors.ts';
import type { SelfCommand } from '../minter/spawn-self.ts';

const PROGRAM = 'docker-credential-ecr-xacct';

/** As Docker does, in absolute folders of PATH only: Go refuses what it finds in the current one. Undefined where all is well. */
export function helperFault(
  path: string | undefined,
  home: string,
  self: SelfCommand,
): { message: string; command: string } | undefined {
  const own = ownHelper(self);
  const folders = (path ?? '').split(delimiter).filter(isAbsolute);
  if (process.platform === 'win32') return faultOnWindows(folders, self);
  const candidates = folders.map((folder) => join(folder, PROGRAM)).filter(isFile);
  const found = candidates.find(isExecutable) ?? candidates[0];
  if (found === undefined) {
    const isOnPath = own !== undefined && folders.includes(dirname(own));
    const command = isOnPath ? `chmod +x ${shellWord(own)}` : linkCommand(own ?? PROGRAM, folders, home);
    return { message: `Docker will not find ${PROGRAM}: it is in no folder of your PATH.`, command };
  }
  if (!isExecutable(found)) {
    return {
      message: `Docker cannot run ${found}: it is not executable.`,
      command: `chmod +x ${shellWord(found)}`,
    };
  }
  if (own === undefined || isSameFile(found, own)) return undefined;
  return {
    message: `Docker will run ${found}, which is not the one that belongs to this ecr-xacct.`,
    command: `ln -sf ${shellWord(own)} ${shellWord(found)}`,
  };
}

/**
 * There, Docker finds what PATHEXT allows: the archive's .cmd, or an .exe that Scoop puts in a folder of its own. None of them is
 * the same file as the program.
 */
function faultOnWindows(folders: readonly string[], [node]: SelfCommand): ReturnType<typeof helperFault> {
  const names = ['.exe', '.cmd'].map((extension) => `${PROGRAM}${extension}`);
  if (folders.some((folder) => names.some((name) => isFile(join(folder, name))))) return undefined;
  return {
    message: `Docker will not find ${PROGRAM}: it is in no folder of your PATH.`,
    command: `[Environment]::SetEnvironmentVariable('Path', "$([Environment]::GetEnvironmentVariable('Path', 'User'));${dirname(node)}", 'User')`,
  };
}

/** Beside the program itself, which is one executable, or a script in lib/ next to bin/. */
function ownHelper([node, ...args]: SelfCommand): string | undefined {
  const script = args.find((word) => isAbsolute(word));
  const folders = [
    ...(script === undefined ? [] : [join(dirname(dirname(script)), 'bin'), dirname(script)]),
    dirname(node),
  ];
  return folders.map((folder) => join(folder, PROGRAM)).find(isFile);
}

/** Into a folder of PATH: one of the user's own, if there is any. */
function linkCommand(own: string, folders: readonly string[], home: string): string {
  const folder =
    folders.find((path) => path.startsWith(`${home}/`) && isWritableFolder(path)) ??
    folders.find((path) => path.startsWith('/usr/local/')) ??
    '/usr/local/bin';
  return `${isWritableFolder(folder) ? '' : 'sudo '}ln -s ${shellWord(own)} ${shellWord(`${folder}/`)}`;
}

function isSameFile(one: string, other: string): boolean {
  if (realpathSync(one) === realpathSync(other)) return true;
  return statSync(one).size === statSync(other).size && readFileSync(one).equals(readFileSync(other));
}

function isFile(path: string): boolean {
  return may(path, constants.F_OK) && statSync(path).isFile();
}

function isExecutable(path: string): boolean {
  return may(path, constants.X_OK);
}

function isWritableFolder(path: string): boolean {
  return may(path, constants.W_OK) && statSync(path).isDirectory();
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
