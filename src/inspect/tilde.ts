// Paths below the home folder as people write them: a screen has no room for more.

/** The same value, with `~/` for the home folder in each of its texts; not in a hint's command, where a shell may need quotes. */
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
