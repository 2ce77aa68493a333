// What `ecr-xacct doctor` does: walks the way of an image, for Docker or for what runs in AWS, up to the first step that fails.

import type { CommandContext } from '../cli/command.ts';
import type { Invocation } from '../invocation.ts';
import { printableJson } from '../terminal/printable-json.ts';
import { screenOf } from '../terminal/screen.ts';
import { consumerOf, wantedOf } from './consumer.ts';
import { diagnosisText } from './diagnosis-text.ts';
import type { Diagnosis, Finding } from './finding.ts';
import type { Platform } from './platforms.ts';
import { type ImageName, imageText } from './registry-api/image-name.ts';
import { walkDocker } from './walk-docker.ts';
import { walkFor } from './walk-for.ts';

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
  { invocation, streams: { stdout } }: Pick<CommandContext, 'invocation' | 'streams'>,
): Promise<boolean> {
  const diagnosis = await diagnose(image, options, invocation);
  const { HOME } = invocation.env;
  stdout.write(
    options.json
      ? printableJson(diagnosis)
      : diagnosisText(diagnosis, options, HOME, screenOf(stdout, invocation.env)),
  );
  return diagnosis.cause === undefined;
}

async function diagnose(
  image: ImageName,
  options: DoctorOptions,
  invocation: Invocation,
): Promise<Diagnosis> {
  const findings: Finding[] = [];
  const diagnosis = { image: imageText(image), hostname: image.hostname, findings };
  const { for: platform, push = false } = options;
  const steps =
    platform === undefined
      ? walkDocker(image, push, invocation)
      : walkFor(
          await consumerOf(platform, options, image, invocation),
          wantedOf(image, invocation),
          invocation,
        );
  for await (const finding of steps) {
    findings.push(finding);
    if (finding.outcome === 'failed') return { ...diagnosis, cause: finding };
  }
  return diagnosis;
}
