// What doctor is asked: apart, so that the command line needs no more of it.

/** What pulls images in AWS without Docker. */
export const PLATFORMS = ['ecs', 'fargate', 'lambda'] as const;
export type Platform = (typeof PLATFORMS)[number];

export interface DoctorOptions {
  push?: true;
  /** For what runs in AWS, instead of for Docker. */
  for?: Platform;
  /** The role that pulls there. */
  role?: string;
  /** Where it runs. */
  region?: string;
  json?: true;
  /** Warnings count as failures. */
  strict?: true;
  /** A file that is to be made, for others to read. */
  report?: string;
}
