// What `ecr-xacct status` prints: the daemon, and each identity with its sign-in, its registries and their tokens.
import { clockGapText, setClock } from '../aws-clock.ts';
import type { ErrorFields } from '../errors.ts';
import { command, commandText } from '../hint.ts';
import { RENEWED } from '../profiles/session-state.ts';
import { remainderBar } from '../terminal/bar.ts';
import { durationText } from '../terminal/duration-text.ts';
import { hintNotes } from '../terminal/hint-notes.ts';
import type { Screen } from '../terminal/screen.ts';
import { type Cell, type Column, type Note, notes, table } from '../terminal/table.ts';
import { type IdentityView, NO_IDENTITY, type RegistryView } from './identity-views.ts';
import type { Overview } from './overview.ts';
import type { SignIn } from './sign-in.ts';

const COLUMNS: readonly Column[] = [{ title: 'REGISTRY', fit: 'shorten' }, { title: 'TOKEN' }];

const SETUP = { run: command`ecr-xacct setup` };

type Line = readonly Cell[] | Note;

/** `now` is epoch ms of this machine's clock. */
export function overviewText(overview: Overview, screen: Screen, now: number): string {
  const { daemon, identities, elsewhere } = overview;
  const sections = [
    notes([...daemonNotes(overview, screen, now), ...fileNotes(overview, screen)], screen),
    daemon?.clockGap === undefined
      ? ''
      : notes(
          [{ note: `Note: ${clockGapText(daemon.clockGap)}.` }, ...hintNotes(setClock(), 2, screen)],
          screen,
        ),
    identities.length === 0
      ? notes(noneNamed(overview, screen), screen)
      : table(
          COLUMNS,
          identities.flatMap((identity) => identityLines(identity, screen, now)),
          screen,
        ),
    elsewhere.length === 0
      ? ''
      : notes(
          [{ note: 'Docker does not ask ecr-xacct for these:' }, ...elsewhereNotes(elsewhere, screen)],
          screen,
        ),
  ];
  return sections.filter((section) => section !== '').join('\n');
}

/** Nothing is said if a file cannot be read: it may name registries. */
function noneNamed({ config, docker }: Overview, screen: Screen): Note[] {
  if (config.error !== undefined || docker.error !== undefined) return [];
  return [{ note: 'No registry is set up yet.' }, ...hintNotes(SETUP, 2, screen)];
}

/** Registries with the same fix are in one note. */
function elsewhereNotes(elsewhere: Overview['elsewhere'], screen: Screen): Note[] {
  const commandOf = ({ fix }: Overview['elsewhere'][number]) => commandText(fix.run);
  return [...new Set(elsewhere.map(commandOf))].flatMap((command) => {
    const group = elsewhere.filter((one) => commandOf(one) === command);
    return [
      ...group.map(({ name, by }): Note => ({ note: `${name}: ${by}`, indent: 2 })),
      ...group.slice(0, 1).flatMap(({ fix: { run } }) => hintNotes({ run }, 4, screen)),
      ...byHandNotes(group),
    ];
  });
}

function byHandNotes(group: Overview['elsewhere']): Note[] {
  const parts = group.flatMap(({ fix: { byHand } }) => (byHand === undefined ? [] : [byHand]));
  return [
    ...parts.slice(0, 1).map(({ say }): Note => ({ note: `${say}, under "credHelpers":`, indent: 4 })),
    ...parts.map(({ entry }, index): Note => {
      return { note: index < parts.length - 1 ? `${entry},` : entry, indent: 6, fit: 'whole' };
    }),
  ];
}

function daemonNotes({ daemon, noDaemon, socket }: Overview, screen: Screen, now: number): Note[] {
  if (daemon === undefined) {
    const { error, why = '' } = noDaemon ?? {};
    if (error !== undefined) return errorNotes(error, 0, screen);
    return [{ note: `No daemon is running: ${why}.` }, ...socketNote(socket)];
  }
  const { version, pid, startedAt, rss } = daemon;
  const memory = `${Math.round(rss / 1024 / 1024)} MB`;
  return [
    { note: `daemon  ${version}, pid ${pid}, up ${durationText(now - startedAt)}, ${memory}` },
    ...socketNote(socket),
  ];
}

function socketNote(socket: string | undefined): Note[] {
  return socket === undefined ? [] : [{ note: `socket  ${socket}`, fit: 'shorten' }];
}

function fileNotes({ config, docker }: Overview, screen: Screen): Note[] {
  return [
    config.error === undefined
      ? rulesTexts(config).map((text): Note => ({ note: `rules   ${text}`, fit: 'shorten' }))
      : errorNotes(config.error, 0, screen),
    docker.error === undefined
      ? { note: `docker  ${dockerText(docker)}`, fit: 'shorten' as const }
      : errorNotes(docker.error, 0, screen),
  ].flat();
}

/** One text for each file that exists. */
function rulesTexts({ file, exists, rules = 0, system, fallbackHelper }: Overview['config']): string[] {
  const own = exists ? [`${rules} in ${file}`] : [];
  const all = system === undefined ? own : [...own, `${system.rules} in ${system.file}`];
  const fallback = fallbackHelper === undefined ? '' : `; ${fallbackHelper} for all other hosts`;
  if (all.length === 0)
    return [file === undefined ? 'none: there is no home folder' : `none: there is no ${file}`];
  return all.map((text, index) => (index === 0 ? `${text}${fallback}` : text));
}

function dockerText({ file, exists, asksForAll, registries }: Overview['docker']): string {
  if (file === undefined) return 'there is no home folder';
  if (!exists) return `there is no ${file}`;
  if (asksForAll) return `asks ecr-xacct for every registry (${file})`;
  return `asks ecr-xacct for ${registries === 1 ? '1 registry' : `${registries} registries`} (${file})`;
}

function identityLines(
  { identity, chain, signIn, problem, see, registries }: IdentityView,
  screen: Screen,
  now: number,
): Line[] {
  // A chain of one is the identity itself. It is shown only for its kind of credentials, as in `profile dev (access
  // key)`.
  const [only = '', ...others] = chain ?? [];
  const by = others.length === 0 && only.includes(' (') ? only.slice(only.indexOf(' (')) : '';
  return [
    { note: { text: `${identity}${by}`, style: 'bold' }, fit: 'shorten' },
    ...(problem === undefined ? [] : errorNotes(problem, 2, screen)),
    ...(signIn === undefined ? [] : signInLines(signIn, screen)),
    ...registries.flatMap((registry) =>
      registryLines(registry, {
        ...{ screen, now, none: see === undefined ? 'none yet' : 'of pods' },
        isUsable: problem === undefined && identity !== NO_IDENTITY,
      }),
    ),
    ...(see === undefined ? [] : hintNotes(see, 2, screen)),
  ];
}

function signInLines(
  { to, state, leftMs = 0, totalMs = 0, renews, problem, fix }: SignIn,
  screen: Screen,
): Line[] {
  const name = { text: `  ${to}`, style: 'dim' as const };
  if (state === 'signed in') {
    if (leftMs === 0 && renews) return [[name, RENEWED]];
    return [[name, remainderBar(leftMs, totalMs, durationText(leftMs), screen)]];
  }
  return [
    [name, { text: state, style: 'red' }],
    ...(problem === undefined ? [] : [{ note: { text: problem, style: 'red' as const }, indent: 4 }]),
    ...(fix === undefined ? [] : hintNotes(fix, 4, screen)),
  ];
}

function registryLines(
  { name, token, lastError, login, fix }: RegistryView,
  { screen, now, isUsable, none }: { screen: Screen; now: number; isUsable: boolean; none: string },
): Line[] {
  const state = login
    ? 'a credential'
    : token !== undefined
      ? remainderBar(token.leftMs, token.totalMs, durationText(token.leftMs), screen)
      : lastError !== undefined
        ? { text: 'failed', style: 'red' as const }
        : isUsable
          ? { text: none, style: 'dim' as const }
          : '';
  const what = token === undefined ? 'failed' : 'its renewal failed';
  const failure = lastError && {
    message: `${what} ${durationText(now - lastError.at)} ago: ${lastError.text}`,
    ...(lastError.hint && { hint: lastError.hint }),
  };
  return [
    [`  ${name}`, state],
    ...(failure === undefined ? [] : errorNotes(failure, 4, screen)),
    ...(fix === undefined ? [] : hintNotes(fix, 4, screen)),
  ];
}

function errorNotes(
  { message, hint }: Pick<ErrorFields, 'message' | 'hint'>,
  indent: number,
  screen: Screen,
): Note[] {
  return [
    { note: { text: message, style: 'red' }, indent },
    ...(hint === undefined ? [] : hintNotes(hint, indent + 2, screen)),
  ];
}
