// Tests that every command explains itself, in 80 columns and with an example that is valid.
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import type { Command } from 'commander';
import { createProgram } from '../../../src/cli/program.ts';
import { startProductStage } from '../../support/product/stage.ts';

/** The program in this process, with every action replaced by one that records the call. */
function createIdleProgram() {
  const called: string[] = [];
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const invocation = { self: ['node'] as const, env: {}, uid: 0 };
  const program = createProgram({ invocation, version: '0.0.0', streams, setStatus: () => {} });
  for (const { path, command } of commandsOf(program)) {
    if (command.commands.length === 0) command.action(() => void called.push(path.join(' ')));
  }
  return { program, called };
}

/** Every command that the help shows, with the words that lead to it. */
function commandsOf(command: Command, path: readonly string[] = []): { path: string[]; command: Command }[] {
  const below = command.createHelp().visibleCommands(command);
  return [{ path: [...path], command }, ...below.flatMap((sub) => commandsOf(sub, [...path, sub.name()]))];
}

/** The command lines of this program in a text, up to the part that only a shell reads. */
function commandLines(text: string): string[][] {
  const lines = text
    .replace(/ *\\\n\s*/g, ' ')
    .matchAll(/(?<![\w/.-])ecr-xacct(?<words>(?: (?:'[^'\n]*'|[\w.:/@=,-]+))+)/g);
  return [...lines].map(({ groups }) =>
    (groups?.words?.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", '')),
  );
}

async function assertParses(words: readonly string[]): Promise<void> {
  const { program, called } = createIdleProgram();
  await assert.doesNotReject(program.parseAsync([...words], { from: 'user' }), words.join(' '));
  assert.equal(called.length, 1, `${words.join(' ')} is a command`);
}

describe('the help of', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  for (const { path } of commandsOf(createIdleProgram().program)) {
    const { status, stdout, stderr } = await product.run(['ecr-xacct', ...path, '--help']);
    test(`ecr-xacct ${path.join(' ')}`, async () => {
      assert.deepEqual([status, stderr], [0, '']);
      assert.ok(stdout.startsWith(`Usage: ${['ecr-xacct', ...path].join(' ')} `), stdout);
      for (const line of stdout.split('\n')) assert.ok([...line].length <= 80, line);
      const [, examples] = stdout.split(/^Examples?:/m);
      assert.ok(examples !== undefined, 'it has an example');
      const lines = commandLines(examples.split(/\n\n(?!Examples?:)/)[0] ?? '');
      assert.ok(lines.length > 0, 'the example has a command line');
      for (const words of lines) await assertParses(words);
      assert.ok(
        lines.some((words) => path.every((word, index) => words[index] === word)),
        'one is of the command itself',
      );
    });
  }
});

test('The main help has every exit status, and no command that is not for people.', async () => {
  await using stage = await startProductStage();
  const { stdout } = await stage.product.run(['ecr-xacct', '--help']);
  assert.match(
    stdout,
    /^Exit status: 0 done, 1 failed .*, 2 wrong usage,\n130 a question was left with Ctrl-C\.$/m,
  );
  assert.doesNotMatch(stdout, /^ {2}(?:complete|mint|helper)\b/m);
});

const ROOT = join(import.meta.dirname, '../../..');

for (const document of ['README.md', ...globSync('docs/*.md', { cwd: ROOT }).toSorted()]) {
  test(`Every command line in ${document} is one.`, async () => {
    const text = await readFile(join(ROOT, document), 'utf8');
    const blocks = [...text.matchAll(/^ *```.*\n(?<code>[\s\S]*?)^ *```$/gm)].map(
      ({ groups }) => groups?.code ?? '',
    );
    const lines = blocks
      .flatMap((code) => code.replace(/ *\\\n\s*/g, ' ').split('\n'))
      .filter((line) => /^ *(?:\$ )?ecr-xacct /.test(line) && !line.includes(' --help'));
    for (const line of lines) for (const words of commandLines(line)) await assertParses(words);
  });
}
