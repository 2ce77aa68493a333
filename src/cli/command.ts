// What every command of `ecr-xacct` is given.
import { type Command, InvalidArgumentError } from 'commander';
import { parseRegistryOrImage, type ServerURL } from '../docker/server-url.ts';
import { errorLines, XacctError } from '../errors.ts';
import type { Run } from '../invocation.ts';
import { partitionOfRegion } from '../registry/ecr-hostname.ts';
import { regionMeant } from '../registry/region-names.ts';

export interface CommandContext extends Run {
  /** Where the command adds itself. */
  program: Command;
  version: string;
  /** Called with the exit status where it is neither 0 nor a thrown error. */
  setStatus: (status: number) => void;
}

/** What is wrong with the command line itself ends with the status of wrong usage. */
export async function withUsage(command: Command, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof XacctError) || error.code !== 'usage') throw error;
    command.error(errorLines(error).join('\n'));
  }
}

/** What a registry or an image names, as an argument; anything else is wrong usage. */
export function registryArgument(command: Command, text: string): ServerURL {
  return (
    parseRegistryOrImage(text) ??
    command.error(`error: '${text}' is not a registry: write HOST or HOST/NAME:TAG`)
  );
}

/** The value of an option. @throws InvalidArgumentError for what is no region's name. */
export function regionName(text: string): string {
  if (partitionOfRegion(text) !== undefined) return text;
  const meant = regionMeant(text);
  throw new InvalidArgumentError(
    `Write a region like us-east-1.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
  );
}
