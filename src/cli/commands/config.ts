// `ecr-xacct config path|check|schema`: where the config file is, what is wrong with it, and what it may contain.
import { XacctError } from '../../errors.ts';
import { command } from '../../hint.ts';
import type { CommandContext } from '../command.ts';

export function configCommand({ program, invocation, streams, setStatus }: CommandContext): void {
  const config = program
    .command('config')
    .description('the config file: its path, its mistakes, its schema')
    .helpCommand(false)
    .addHelpText('after', '\nExample: ecr-xacct config check');
  config
    .command('path')
    .description('print its path, even if it does not exist')
    .option('--system', "the path of the machine's file")
    .addHelpText('after', '\nExample: vi "$(ecr-xacct config path)"')
    .action(async ({ system }: { system?: true }) => {
      const { configPath, systemConfigPath } = await import('../../config/paths.ts');
      const path = (system ? systemConfigPath : configPath)(invocation.env);
      if (path === undefined) throw system ? noSystemConfig() : noHome();
      streams.stdout.write(`${path}\n`);
    });
  config
    .command('check')
    .description("print every mistake in it and in the machine's file")
    .addHelpText('after', '\nExample: ecr-xacct config check')
    .action(async () => {
      const { checkConfigs } = await import('../../inspect/check-config.ts');
      const checks = checkConfigs(invocation.env);
      if (checks.length === 0) throw noHome();
      for (const check of checks) {
        if (check instanceof XacctError) throw check;
        const { lines, problems } = check;
        (problems > 0 ? streams.stderr : streams.stdout).write(`${lines.join('\n')}\n`);
        if (problems > 0) setStatus(1);
      }
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

function noHome(): XacctError {
  return new XacctError('usage', 'there is no home folder for a config file', {
    hint: { run: command`export ECR_XACCT_CONFIG=/absolute/path/config.yaml` },
  });
}

function noSystemConfig(): XacctError {
  return new XacctError('usage', "the machine's config is not read: ECR_XACCT_SYSTEM_CONFIG is empty", {
    hint: { run: command`unset ECR_XACCT_SYSTEM_CONFIG` },
  });
}

const SCHEMA_HELP = `
An editor with the YAML language server reads it by the config's first line:
  # yaml-language-server: $schema=config.schema.json

Example: ecr-xacct config schema > ~/.config/ecr-xacct/config.schema.json`;
