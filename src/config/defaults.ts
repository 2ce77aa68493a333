// The defaults of the settings in config.yaml.

const MINUTE = 60_000;

/** Durations in milliseconds. */
export const DEFAULTS = { refreshMargin: 15 * MINUTE, maxTokenAge: 720 * MINUTE, discover: true } as const;
