// What pulls images in AWS without Docker: apart, so that the command line needs no more of doctor.

export const PLATFORMS = ['ecs', 'fargate', 'lambda'] as const;
export type Platform = (typeof PLATFORMS)[number];
