// `ecr-xacct config path|check|schema`: where the config file is, what is wrong with it, and what it may contain.
import { XacctError } from '../../errors.ts';
import { command } from '../../hint.ts';
import type { CommandContext } from '../command.ts';

export function configCommand({ program, invocation, streams, setStatus }: CommandContext): void {
  const path = async () => {
    const { configPath } = await import('../../config/paths.ts');
    const file = configPath(invocation.env);
    if (file !== undefined) return file;
    throw new XacctError('usage', 'there is no home folder to have a config file in', {
      hint: { run: command`export ECR_XACCT_CONFIG=/absolute/path/config.yaml` },
    });
  };
  const config = program
    .command('config')
    .description('the config file: where it is, whether it is right, its schema')
    .helpCommand(false)
    .addHelpText('after', '\nExample: ecr-xacct config check');
  config
    .command('path')
    .description('print its path, also where it does not exist')
    .addHelpText('after', '\nExample: vi "$(ecr-xacct config path)"')
    .action(async () => {
      streams.stdout.write(`${await path()}\n`);
    });
  config
    .command('check')
    .description('say every mistake in it, and what it names that is not there')
    .addHelpText('after', '\nExample: ecr-xacct config check')
    .action(async () => {
      const { checkConfig } = await import('../../inspect/check-config.ts');
      const { lines, problems } = checkConfig(await path(), invocation.env);
      (problems > 0 ? streams.stderr : streams.stdout).write(`${lines.join('\n')}\n`);
      if (problems > 0) setStatus(1);
    });
  config
    .command('schema')
    .description('print its JSON Schema, for editors')
    .addHelpText('after', SCHEMA_HELP)
    .action(async () => {
      const { configJsonSchema } = await import('../../config/json-schema.ts');
      streams.stdout.write(`${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
    });
}

const SCHEMA_HELP = `
An editor with the YAML language server takes it from the config's first line:
  # yaml-language-server: $schema=config.schema.json

Example: ecr-xacct config schema > ~/.config/ecr-xacct/config.schema.json`;
