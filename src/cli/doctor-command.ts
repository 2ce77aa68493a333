// `ecr-xacct doctor`: its options. What it does is loaded when it runs.
import { parseImageName } from '../docker/image-name.ts';
import type { CommandContext } from './command.ts';

const HELP = `
Goes the way of docker pull: the helper on PATH, Docker's config.json, the
identity, its credentials, the token, the registry, the image and its layers.
It stops at the first step that fails, says whose side that is on, and the one
command that mends it. With --push, an upload is begun and given up.
Exits with 1 where something fails.

Example: ecr-xacct doctor 111122223333.dkr.ecr.us-east-1.amazonaws.com/app:1`;

export function doctorCommand({ program, front, streams, setStatus }: CommandContext): void {
  const command = program
    .command('doctor')
    .description('find out why an image cannot be pulled, or pushed')
    .argument('<image>', 'HOST/repository, with :TAG or @DIGEST')
    .option('--push', 'look whether it can be pushed, too')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(async (text: string, { push = false, json }: { push?: boolean; json?: boolean }) => {
      const image = parseImageName(text);
      if (image === undefined) {
        return command.error(`error: '${text}' is no image in a registry, such as HOST/app:1`, {
          exitCode: 2,
        });
      }
      const { diagnose } = await import('./run-doctor.ts');
      const diagnosis = await diagnose(image, push, front);
      if (diagnosis.cause !== undefined) setStatus(1);
      if (json) streams.stdout.write(`${JSON.stringify(diagnosis, undefined, 2)}\n`);
      else {
        const { diagnosisText } = await import('./doctor-text.ts');
        const { screenOf } = await import('./screen.ts');
        streams.stdout.write(
          diagnosisText(diagnosis, push, front.env.HOME, screenOf(streams.stdout, front.env)),
        );
      }
    });
}
