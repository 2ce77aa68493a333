// The man pages match this source: every command, option, variable and key of it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Command } from 'commander';
import { MAN_PAGES, manPages } from '../../scripts/package/man-pages.ts';
import { createProgram } from '../../src/cli/program.ts';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { ruleShape } from '../../src/config/schema.ts';
import { VARIABLES } from '../../src/variables.ts';

const pages = manPages({ version: '1.2.3', epoch: 1_700_000_000 });
/** The text without the escapes. */
const page = (name: string) => (pages.get(name) ?? assert.fail(name)).replaceAll('\\-', '-');

function allCommands(command: Command): Command[] {
  const own = command.createHelp().visibleCommands(command);
  return own.flatMap((one) => [one, ...allCommands(one)]);
}

describe('the man pages', () => {
  test('are all there, with version and date, and nothing that was not filled in.', () => {
    assert.deepEqual([...pages.keys()], [...MAN_PAGES]);
    for (const text of pages.values()) {
      assert.match(text, /^\.Dd November 14, 2023\n/);
      assert.match(text, /\n\.Os "docker-credential-ecr-xacct 1\.2\.3"\n/);
      assert.doesNotMatch(text, /@[A-Z]+@|undefined|\[object/);
    }
  });

  test('have every command with every option.', () => {
    const { stdin, stdout, stderr } = process;
    const invocation = { self: ['ecr-xacct'], env: {}, uid: 0 } as const;
    const program = createProgram({
      invocation,
      version: '1.2.3',
      streams: { stdin, stdout, stderr },
      setStatus: () => {},
    });
    const text = page('ecr-xacct.1');
    const commands = allCommands(program);
    assert.ok(commands.length > 10);
    for (const command of commands) {
      const [, section] = text.split(new RegExp(`^\\.Ss ${pathOf(command)}$`, 'm'));
      assert.ok(section !== undefined, command.name());
      const own = section.split(/^\.S[sh] /m)[0] ?? '';
      for (const { long, hidden } of command.options) {
        if (!hidden)
          assert.match(
            own,
            new RegExp(`^\\.It .*Fl -${long?.slice(2)}\\b`, 'm'),
            `${command.name()} ${long}`,
          );
      }
    }
  });

  test('have every variable of this program, and every key of config.yaml.', () => {
    assert.ok(VARIABLES.length >= 6);
    for (const { name } of VARIABLES)
      assert.match(page('ecr-xacct.1'), new RegExp(`^\\.It Ev ${name}\\b`, 'm'));
    const keys = Object.keys(configJsonSchema().properties ?? {});
    for (const key of [...keys, ...Object.keys(ruleShape.shape)]) {
      assert.match(page('ecr-xacct-config.5'), new RegExp(`^\\.It Ic ${key}$`, 'm'));
    }
  });
});

/** As a user types it. */
function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
