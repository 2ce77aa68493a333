// What every command of `ecr-xacct` receives.
import { type Command, InvalidArgumentError } from 'commander';
import { parseRegistryOrImage, type ServerURL } from '../docker/server-url.ts';
import { errorLines, XacctError } from '../errors.ts';
import type { Run } from '../invocation.ts';
import { partitionOfRegion } from '../registry/ecr-hostname.ts';
import { regionMeant } from '../registry/region-names.ts';

export interface CommandContext extends Run {
  /** The program that the command adds itself to. */
  program: Command;
  version: string;
  /** Sets an exit status other than 0 without an error. */
  setStatus: (status: number) => void;
}

/** An error in the command line itself exits with the status of wrong usage. */
export async function withUsage(command: Command, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof XacctError) || error.code !== 'usage') throw error;
    command.error(errorLines(error).join('\n'));
  }
}

/** Parses a registry or an image; anything else is wrong usage. */
export function registryArgument(command: Command, text: string): ServerURL {
  return (
    parseRegistryOrImage(text) ??
    command.error(`error: '${text}' is not a registry: write HOST or HOST/NAME:TAG`)
  );
}

/** The value of an option. @throws InvalidArgumentError if it is not the name of a region. */
export function regionName(text: string): string {
  if (partitionOfRegion(text) !== undefined) return text;
  const meant = regionMeant(text);
  throw new InvalidArgumentError(
    `Write a region like us-east-1.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
  );
}
