// The output formats of `access`. In a file of its own, so that the command line loads nothing else.

export const ACCESS_FORMATS = ['table', 'json', 'csv'] as const;
export type AccessFormat = (typeof ACCESS_FORMATS)[number];
