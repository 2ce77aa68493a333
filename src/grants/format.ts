// In which forms access is shown: apart, so that the command line needs no more of it.

export const ACCESS_FORMATS = ['table', 'json', 'csv'] as const;
export type AccessFormat = (typeof ACCESS_FORMATS)[number];
