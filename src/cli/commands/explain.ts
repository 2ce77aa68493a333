// `ecr-xacct explain`: who one is for a registry, and why.
import { parseRegistryOrImage } from '../../docker/server-url.ts';
import { explained } from '../../explain/explained.ts';
import type { Explanation } from '../../helper/explain.ts';
import type { CommandContext } from '../command.ts';

const HELP = `
Asks nobody but the daemon, which says what is in its memory. Exits with 1 where
nobody can be found to be, or --mint fails.

Example: ecr-xacct explain 111122223333.dkr.ecr.us-east-1.amazonaws.com/app:1`;

export function explainCommand({ program, invocation, streams, setStatus }: CommandContext): void {
  const command = program
    .command('explain')
    .description('show who you are for a registry, and why: every step that leads there')
    .argument('<host>', 'the registry, or an image in it')
    .option('--mint', 'get a token, and ask AWS who you are')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(async (text: string, { mint = false, json }: { mint?: boolean; json?: boolean }) => {
      const url = parseRegistryOrImage(text);
      if (url === undefined) {
        return command.error(`error: '${text}' is neither a hostname nor an image`);
      }
      const explanation = await explained({ hostname: url.hostname, mint }, invocation);
      if (explanation.error !== undefined || explanation.steps.every(({ outcome }) => outcome !== 'yes')) {
        setStatus(1);
      }
      if (json) {
        const { printableJson } = await import('../../terminal/printable-json.ts');
        streams.stdout.write(printableJson(explanation));
      } else {
        const { explanationText } = await import('../../explain/explanation-text.ts');
        const { screenOf } = await import('../../terminal/screen.ts');
        const shown = withTilde(explanation, invocation.env.HOME);
        streams.stdout.write(explanationText(shown, screenOf(streams.stdout, invocation.env), Date.now()));
      }
    });
}

/** Paths below the home folder, as people write them: the table has no room for more. */
function withTilde(explanation: Explanation, home: string | undefined): Explanation {
  if (!home || home === '/') return explanation;
  const text = (value: unknown) => (typeof value === 'string' ? value.replaceAll(`${home}/`, '~/') : value);
  return JSON.parse(JSON.stringify(explanation, (_, value: unknown) => text(value))) as Explanation;
}
