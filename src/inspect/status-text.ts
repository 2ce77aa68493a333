// What `ecr-xacct status` shows of a daemon.
import { type ClockGap, clockGapText, setClock } from '../aws-clock.ts';
import { printable } from '../errors.ts';
import type { DaemonStatus } from '../helper/daemon-answers.ts';
import { hintText } from '../hint.ts';
import { durationText } from '../terminal/duration-text.ts';
import type { Screen } from '../terminal/screen.ts';
import { type Cell, type Column, type Note, notes, table } from '../terminal/table.ts';
import type { MintError } from '../token/slot-status.ts';

/** No column may shrink: together they fit 60. */
const COLUMNS: readonly Column[] = [
  { title: 'REGION' },
  { title: 'EXPIRES IN' },
  { title: 'LAST USED' },
  { title: 'SERVED', align: 'right' },
  { title: 'MINTS', align: 'right' },
];

/** `now` is epoch ms of this machine's clock. */
export function statusText(status: DaemonStatus, socket: string, screen: Screen, now: number): string {
  const { tokens, failures, logins, mfaSessions, clockGap } = status;
  const memory = `${Math.round(status.rss / 1024 / 1024)} MB`;
  const sections = [
    [
      `daemon    ${printable(status.version)}, pid ${status.pid}, up ${durationText(now - status.startedAt)}, ${memory}\n`,
      `socket    ${printable(socket)}\n`,
      `tokens    ${tokens.length}\n`,
      `failures  ${failures.length}\n`,
      `logins    ${logins.length}\n`,
    ],
    clockGap === undefined ? [] : [notes(clockNotes(clockGap), screen)],
    tokens.length === 0 ? [] : [table(COLUMNS, tokenRows(tokens, now), screen)],
    failures.length === 0
      ? []
      : ['No token, because the mint failed:\n', notes(failureRows(failures, now), screen)],
    logins.length === 0
      ? []
      : ['Logins that docker login brought:\n', notes(logins.map(hostnameNote), screen)],
    mfaSessions.length === 0
      ? []
      : ['MFA sessions, for every role behind the same keys:\n', notes(sessionRows(mfaSessions), screen)],
  ];
  return sections
    .filter((section) => section.length > 0)
    .map((section) => section.join(''))
    .join('\n');
}

function tokenRows(tokens: DaemonStatus['tokens'], now: number): (readonly Cell[] | Note)[] {
  return tokens.flatMap((token) => [
    identityNote(token.identity),
    [
      token.region,
      durationText(token.leftMs),
      `${durationText(now - token.lastServed)} ago`,
      `${token.served}`,
      `${token.mints}`,
    ],
    ...token.hostnames.map(hostnameNote),
    ...(token.lastError === undefined ? [] : [errorNote('the last renewal failed', token.lastError, now)]),
  ]);
}

function failureRows(failures: DaemonStatus['failures'], now: number): Note[] {
  return failures.flatMap((failure) => [
    identityNote(`${failure.identity}, ${failure.region}`),
    ...failure.hostnames.map(hostnameNote),
    errorNote('failed', failure, now),
  ]);
}

function sessionRows(sessions: DaemonStatus['mfaSessions']): Note[] {
  return sessions.map(({ serial, leftMs }) => ({
    note: `${serial}, ends in ${durationText(leftMs)}`,
    indent: 2,
    fit: 'shorten',
  }));
}

function identityNote(identity: string): Note {
  return { note: { text: identity, style: 'bold' }, fit: 'shorten' };
}

function hostnameNote(hostname: string): Note {
  return { note: hostname, indent: 2, fit: 'shorten' };
}

function errorNote(what: string, { text, at }: MintError, now: number): Note {
  return { note: { text: `${what} ${durationText(now - at)} ago: ${text}`, style: 'red' }, indent: 2 };
}

function clockNotes(clockGap: ClockGap): Note[] {
  return [{ note: `Note: ${clockGapText(clockGap)}.` }, { note: hintText(setClock()), indent: 2 }];
}
