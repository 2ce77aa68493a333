// Writes paths below the home folder with `~`: a screen is narrow.

/**
 * The same value with `~/` for the home folder in each text, except in a hint's command: a shell may need quotes there.
 */
export function withTilde<T>(value: T, home: string | undefined): T {
  if (!home || home === '/') return value;
  const short = (part: unknown): unknown => {
    if (typeof part === 'string') return part.replaceAll(`${home}/`, '~/');
    if (Array.isArray(part)) return part.map(short);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(
      Object.entries(part).map(([name, member]) => [name, name === 'run' ? member : short(member)]),
    );
  };
  return short(value) as T;
}
