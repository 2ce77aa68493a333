// Checks whether Docker finds our docker-credential-ecr-xacct on PATH, and gives the command that fixes it if not.
import { closeSync, constants, openSync, readFileSync, readSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { command, commandText, shellWord } from '../hint.ts';
import type { SelfCommand } from '../invocation.ts';
import { findProgram, mayAccess, pathFolders } from '../os/find-program.ts';
import { modeNeedsRoot } from '../os/needs-root.ts';

export const HELPER_PROGRAM = 'docker-credential-ecr-xacct';

export interface HelperFault {
  /** A sentence. */
  message: string;
  /** The command that fixes it. */
  command: string;
  /** Set if another file of that name is found first. It may be a wrapper of our own. */
  other?: { found: string; own: string };
}

/** The program that looks for the helper: Docker, on the PATH of the user who runs it. */
const DOCKER = { name: 'Docker', whose: 'your' };

/**
 * Searches as Docker does, only in absolute folders of PATH, because Go refuses a program in the current folder.
 * Undefined if there is no fault.
 */
export function helperFault(
  path: string | undefined,
  home: string,
  self: SelfCommand,
  { name, whose } = DOCKER,
): HelperFault | undefined {
  if (process.platform === 'win32') return faultOnWindows(path, self);
  const own = ownProgram(self, HELPER_PROGRAM);
  const folders = pathFolders(path);
  const found =
    findProgram(HELPER_PROGRAM, path)?.path ??
    folders.map((folder) => join(folder, HELPER_PROGRAM)).find(isFile);
  if (found === undefined) {
    const isOnPath = own !== undefined && folders.includes(dirname(own));
    const command = isOnPath ? makeExecutable(own) : linkCommand(own ?? HELPER_PROGRAM, folders, home);
    return {
      message: `${name} does not find ${HELPER_PROGRAM}: it is in no folder of ${whose} PATH.`,
      command,
    };
  }
  if (!mayAccess(found, constants.X_OK)) {
    return {
      message: `${name} cannot run ${found}: it is not executable.`,
      command: makeExecutable(found),
    };
  }
  if (own === undefined || isSameFile(found, own)) return undefined;
  return {
    message: `${name} will run ${found}, which is not the one that belongs to this ecr-xacct: ${own}.`,
    command: isScript(found) ? commandText(command`$EDITOR ${found}`) : linkAsCommand(own, found),
    other: { found, own },
  };
}

/** Windows finds it by its extension: the .cmd beside the program, or an .exe that Scoop has made elsewhere. */
function faultOnWindows(path: string | undefined, [program]: SelfCommand): HelperFault | undefined {
  const folders = pathFolders(path);
  const names = ['.exe', '.cmd'].map((end) => `${HELPER_PROGRAM}${end}`);
  if (folders.some((folder) => names.some((name) => isFile(join(folder, name))))) return undefined;
  return {
    message: `Docker does not find ${HELPER_PROGRAM}: it is in no folder of your PATH.`,
    // Not setx, which cuts the value at 1024 characters and adds the system's PATH to the user's.
    command: `[Environment]::SetEnvironmentVariable('Path', "$([Environment]::GetEnvironmentVariable('Path', 'User'));${dirname(program)}", 'User')`,
  };
}

/** Looks beside the program itself, in bin/ of the prefix where it is installed, and beside the lib/ of its script. */
export function ownProgram([program, ...args]: SelfCommand, name: string): string | undefined {
  const script = args.find((word) => isAbsolute(word));
  const folders = [
    ...(script === undefined
      ? [join(dirname(dirname(dirname(program))), 'bin')]
      : [join(dirname(dirname(script)), 'bin'), dirname(script)]),
    dirname(program),
  ];
  return folders.map((folder) => join(folder, name)).find(isFile);
}

/** The command that makes a link to the program, and replaces any existing file. */
export function linkAsCommand(own: string, path: string): string {
  return `${isWritableFolder(dirname(path)) ? '' : 'sudo '}ln -sf ${shellWord(own)} ${shellWord(path)}`;
}

/** Makes the link in a folder of PATH: one of the user's own, if there is one. */
function linkCommand(own: string, folders: readonly string[], home: string): string {
  const folder =
    folders.find((path) => path.startsWith(`${home}/`) && isWritableFolder(path)) ??
    folders.find((path) => path.startsWith('/usr/local/')) ??
    '/usr/local/bin';
  return `${isWritableFolder(folder) ? '' : 'sudo '}ln -s ${shellWord(own)} ${shellWord(`${folder}/`)}`;
}

export function makeExecutable(path: string): string {
  return `${modeNeedsRoot(path) ? 'sudo ' : ''}chmod +x ${shellWord(path)}`;
}

function isSameFile(one: string, other: string): boolean {
  if (realpathSync(one) === realpathSync(other)) return true;
  return statSync(one).size === statSync(other).size && readFileSync(one).equals(readFileSync(other));
}

/** A user's own script must not be replaced, nor a file that cannot be read, which may be one. */
function isScript(path: string): boolean {
  if (!mayAccess(path, constants.R_OK)) return true;
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(2);
    readSync(file, start);
    return start.toString('latin1') === '#!';
  } finally {
    closeSync(file);
  }
}

function isFile(path: string): boolean {
  return mayAccess(path, constants.F_OK) && statSync(path).isFile();
}

function isWritableFolder(path: string): boolean {
  return mayAccess(path, constants.W_OK) && statSync(path).isDirectory();
}
