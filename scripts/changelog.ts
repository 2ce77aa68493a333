// Reads CHANGELOG.md: https://keepachangelog.com/en/1.1.0/.

export interface Entry {
  /** As in `## [1.2.0] - 2026-11-26`. */
  readonly date: string;
  /** The text below its headline. */
  readonly text: string;
}

/** The changes of a version. @throws Error with what to write, if they are missing. */
export function changelogEntry(changelog: string, version: string): Entry {
  const sections = changelog.split(/^## /m).slice(1);
  const of = (name: string) => sections.find((section) => section.startsWith(`[${name}]`));
  const section = of(version);
  const [headline = '', ...lines] = section?.split('\n') ?? [];
  const date = /\] - (\d{4}-\d{2}-\d{2})$/.exec(headline)?.[1];
  if (section === undefined || date === undefined) {
    throw new Error(
      `CHANGELOG.md does not say what changed in ${version}; under the headline "## [${version}] - YYYY-MM-DD", say it`,
    );
  }
  const text = lines.join('\n').trim();
  if (!/^- /m.test(text)) throw new Error(`CHANGELOG.md: nothing is said below "## [${version}] - ${date}"`);
  const unreleased = of('Unreleased');
  if (unreleased !== undefined && /^- /m.test(unreleased)) {
    throw new Error(
      `CHANGELOG.md has changes under [Unreleased], which ${version} would have, too; move them to [${version}], or raise the version in package.json`,
    );
  }
  return { date, text };
}
