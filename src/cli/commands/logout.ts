// `ecr-xacct logout`: makes the daemon forget the tokens of one registry, or of all.
import type { Command } from 'commander';
import { parseRegistryOrImage } from '../../docker/server-url.ts';
import { printable } from '../../errors.ts';
import type { Forgotten } from '../../helper/daemon-answers.ts';
import type { Invocation } from '../../invocation.ts';
import type { CommandContext } from '../command.ts';

const EXAMPLE = 'ecr-xacct logout 111122223333.dkr.ecr.us-east-1.amazonaws.com';

export function logoutCommand({ program, invocation, streams }: CommandContext): void {
  const command = program
    .command('logout')
    .description('forget the token and the login of a registry, or all of them')
    .argument('[host]', 'the registry, or an image in it')
    .option('--all', 'forget every token, login and MFA session')
    .addHelpText('after', `\nExample: ${EXAMPLE}`)
    .action(async (host: string | undefined, { all }: { all?: boolean }) => {
      if (host !== undefined && all) fail(command, 'it is either a registry or --all');
      if (host === undefined && !all) fail(command, 'which registry? Name it, or write --all');
      streams.stdout.write(
        host === undefined
          ? await forgetAll(invocation)
          : await forget(hostnameOf(command, host), invocation),
      );
    });
}

function fail(command: Command, problem: string): never {
  return command.error(`error: ${problem}, as in:\n  ${EXAMPLE}`);
}

function hostnameOf(command: Command, text: string): string {
  return parseRegistryOrImage(text)?.hostname ?? fail(command, `'${text}' is not a registry; name one`);
}

async function forget(hostname: string, invocation: Invocation): Promise<string> {
  const { askOwnDaemon, readStatus } = await import('../../client/ask-own-daemon.ts');
  const before = await askOwnDaemon(invocation, 'status');
  if (before === undefined) return `Nothing is kept for ${hostname}: no daemon is running.\n`;
  const { tokens, logins } = readStatus(before);
  // Sent even if no token is kept, because a mint may be running or a failure may be remembered.
  await askOwnDaemon(invocation, 'erase', { input: hostname });
  const forgotten = tokens
    .filter(({ hostnames }) => hostnames.includes(hostname))
    .map(({ identity, region, hostnames }) => {
      const others = hostnames.filter((other) => other !== hostname);
      const also = others.length === 0 ? '' : `; it served ${others.map(printable).join(', ')}, too`;
      return `the token of ${printable(identity)} in ${printable(region)}${also}`;
    });
  if (logins.includes(hostname)) forgotten.unshift('the login');
  if (forgotten.length === 0) return `Nothing is kept for ${hostname}.\n`;
  return `${hostname}:\n${forgotten.map((what) => `  forgot ${what}\n`).join('')}`;
}

/**
 * A daemon reads every request and every minter's result into the same 64 KiB buffer of Node. This overwrites all of
 * it.
 */
const OVERWRITES = ' '.repeat(64 * 1024 - 100);

async function forgetAll(invocation: Invocation): Promise<string> {
  const { askOwnDaemon } = await import('../../client/ask-own-daemon.ts');
  const answer = await askOwnDaemon(invocation, 'forget', { input: OVERWRITES });
  if (answer === undefined) return 'Nothing is kept: no daemon is running.\n';
  const { tokens, logins, mfaSessions } = JSON.parse(answer) as Forgotten;
  if (tokens + logins + mfaSessions === 0) return 'Nothing was kept.\n';
  const kept = Object.entries({ token: tokens, login: logins, 'MFA session': mfaSessions });
  const forgotten = kept.filter(([, number]) => number > 0).map(([what, number]) => count(number, what));
  return `Forgot ${forgotten.join(' and ')}.\n`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
