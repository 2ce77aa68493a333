// What `ecr-xacct doctor` does: walks the way of an image, for Docker or for what runs in AWS, up to the first step that fails.
import type { Invocation, Run } from '../invocation.ts';
import { printableJson } from '../terminal/printable-json.ts';
import { screenOf } from '../terminal/screen.ts';
import { consumerOf, wantedOf } from './consumer.ts';
import { diagnosisText } from './diagnosis-text.ts';
import { type Diagnosis, type Finding, shownFinding } from './finding.ts';
import type { DoctorOptions } from './options.ts';
import { type ImageName, imageText } from './registry-api/image-name.ts';
import { walkDocker } from './walk-docker.ts';
import { walkFor } from './walk-for.ts';

/** @returns whether nothing was found that stands in the way. @throws XacctError `usage` where it is not said for whom. */
export async function showDiagnosis(
  image: ImageName,
  options: DoctorOptions,
  { invocation, streams: { stdout } }: Run,
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
    const shown = shownFinding(finding);
    findings.push(shown);
    if (shown.outcome === 'failed') return { ...diagnosis, cause: shown };
  }
  return diagnosis;
}
