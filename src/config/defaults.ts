// What counts where config.yaml says nothing.

const MINUTE = 60_000;

/** Durations in milliseconds. */
export const DEFAULTS = { refreshMargin: 15 * MINUTE, maxTokenAge: 720 * MINUTE, discover: true } as const;
