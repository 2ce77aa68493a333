// What `ecr-xacct doctor` does: walks the way of an image, for Docker or for what runs in AWS, up to the first step that fails.
import type { Front } from '../client/answer.ts';
import { type ImageName, imageText } from '../docker/image-name.ts';
import type { CommandContext } from './command.ts';
import { consumerOf, wantedOf } from './doctor-consumer.ts';
import { walkDocker } from './doctor-docker.ts';
import type { Diagnosis, Finding } from './doctor-finding.ts';
import { walkFor } from './doctor-for.ts';
import type { Platform } from './doctor-platforms.ts';
import { diagnosisText } from './doctor-text.ts';
import { printableJson } from './printable-json.ts';
import { screenOf } from './screen.ts';

export interface DoctorOptions {
  push?: true;
  /** For what runs in AWS, instead of for Docker. */
  for?: Platform;
  /** The role that pulls there. */
  role?: string;
  /** Where it runs. */
  region?: string;
  json?: true;
}

/** @returns whether nothing was found that stands in the way. @throws XacctError `usage` where it is not said for whom. */
export async function showDiagnosis(
  image: ImageName,
  options: DoctorOptions,
  { front, streams: { stdout } }: Pick<CommandContext, 'front' | 'streams'>,
): Promise<boolean> {
  const diagnosis = await diagnose(image, options, front);
  const { HOME } = front.env;
  stdout.write(
    options.json
      ? printableJson(diagnosis)
      : diagnosisText(diagnosis, options, HOME, screenOf(stdout, front.env)),
  );
  return diagnosis.cause === undefined;
}

async function diagnose(image: ImageName, options: DoctorOptions, front: Front): Promise<Diagnosis> {
  const findings: Finding[] = [];
  const diagnosis = { image: imageText(image), hostname: image.hostname, findings };
  const { for: platform, push = false } = options;
  const steps =
    platform === undefined
      ? walkDocker(image, push, front)
      : walkFor(await consumerOf(platform, options, image, front), wantedOf(image, front), front);
  for await (const finding of steps) {
    findings.push(finding);
    if (finding.outcome === 'failed') return { ...diagnosis, cause: finding };
  }
  return diagnosis;
}
