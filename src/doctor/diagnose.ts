// What `ecr-xacct doctor` does: it checks each step to an image (for Docker or AWS services), or the whole machine.
import { type Command, command } from '../hint.ts';
import type { Invocation, Run } from '../invocation.ts';
import { printableJson } from '../terminal/printable-json.ts';
import { type Screen, screenOf } from '../terminal/screen.ts';
import { type CheckUp, checkUp } from './check-up.ts';
import { checkUpText } from './check-up-text.ts';
import { consumerOf, wantedOf } from './consumer.ts';
import { beginning, diagnosisText } from './diagnosis-text.ts';
import { type Diagnosis, type Finding, shownFinding } from './finding.ts';
import { walkKubelet } from './kubelet/walk-kubelet.ts';
import type { DoctorOptions } from './options.ts';
import { type ImageName, imageText } from './registry-api/image-name.ts';
import { makeReport, reportText } from './report.ts';
import { walkDocker } from './walk-docker.ts';
import { walkFor } from './walk-for.ts';

/**
 * @param image undefined to check the machine and each registry that is set up on it.
 * @returns whether there is no failure and, with `strict`, no warning.
 * @throws XacctError `usage` if an option is missing; `file-access` if the report cannot be written.
 */
export async function showDiagnosis(
  image: ImageName | undefined,
  options: DoctorOptions,
  { invocation, streams: { stdout, stderr }, version }: Run & { version: string },
): Promise<boolean> {
  const { HOME } = invocation.env;
  const words = wordsOf(image, options);
  using report = options.report === undefined ? undefined : makeReport(options.report, words);
  const screen = screenOf(stdout, invocation.env);
  let shown = '';
  /** Prints only the part that is not printed yet. */
  const show = (text: string) => {
    stdout.write(text.startsWith(shown) ? text.slice(shown.length) : text);
    shown = text;
  };
  const isShown = screen.isTerminal && !options.json;
  const onStep = (soFar: Diagnosis) => isShown && show(beginning(soFar, HOME, screen));
  const { found, isWell, text } =
    image === undefined
      ? await lookAround(options, invocation, HOME)
      : await lookAt(image, options, invocation, onStep);
  show(options.json ? printableJson(found) : text(screen));
  if (report !== undefined) {
    const { env } = invocation;
    report.write(await reportText({ version, words, env, shown: text(PLAIN), found }));
    stderr.write(`Wrote ${options.report}, without secrets: read it before you send it.\n`);
  }
  return isWell(options.strict === true);
}

/** The screen of a report file. */
const PLAIN: Screen = {
  isTerminal: false,
  width: 80,
  height: undefined,
  isUnicode: true,
  paint: (_, text) => text,
};

interface Looked {
  found: Diagnosis | CheckUp;
  isWell: (isStrict: boolean) => boolean;
  text: (screen: Screen) => string;
}

async function lookAround(
  { strict }: DoctorOptions,
  invocation: Invocation,
  home: string | undefined,
): Promise<Looked> {
  const found = await checkUp(invocation);
  const { failed, warnings } = found.summary;
  return {
    found,
    isWell: (isStrict) => failed === 0 && !(isStrict && warnings > 0),
    text: (screen) => checkUpText(found, strict === true, home, screen),
  };
}

async function lookAt(
  image: ImageName,
  options: DoctorOptions,
  invocation: Invocation,
  onStep: (soFar: Diagnosis) => void,
): Promise<Looked> {
  const found = await diagnose(image, options, invocation, onStep);
  const isWarned = found.findings.some(({ outcome }) => outcome === 'warning');
  return {
    found,
    isWell: (isStrict) => found.cause === undefined && !(isStrict && isWarned),
    text: (screen) => diagnosisText(found, options, invocation.env.HOME, screen),
  };
}

/** The command line without `--report`. */
function wordsOf(image: ImageName | undefined, options: DoctorOptions): Command {
  const { push, for: platform, role, region, json, strict } = options;
  const { binDir, providerConfig, serviceAccount, tokenFile, annotation = [] } = options;
  const words = [
    ...(image === undefined ? [] : [imageText(image)]),
    ...(push ? ['--push'] : []),
    ...(platform === undefined ? [] : ['--for', platform]),
    ...(role === undefined ? [] : ['--role', role]),
    ...(region === undefined ? [] : ['--region', region]),
    ...(binDir === undefined ? [] : ['--bin-dir', binDir]),
    ...(providerConfig === undefined ? [] : ['--provider-config', providerConfig]),
    ...(serviceAccount === undefined ? [] : ['--service-account', serviceAccount]),
    ...(tokenFile === undefined ? [] : ['--token-file', tokenFile]),
    ...annotation.flatMap((text) => ['--annotation', text]),
    ...(json ? ['--json'] : []),
    ...(strict ? ['--strict'] : []),
  ];
  return command`ecr-xacct doctor ${words}`;
}

async function diagnose(
  image: ImageName,
  options: DoctorOptions,
  invocation: Invocation,
  onStep: (soFar: Diagnosis) => void,
): Promise<Diagnosis> {
  const findings: Finding[] = [];
  const diagnosis = { image: imageText(image), hostname: image.hostname, findings };
  for await (const finding of await walkOf(image, options, invocation)) {
    const shown = shownFinding(finding);
    findings.push(shown);
    onStep(diagnosis);
    if (shown.outcome === 'failed') return { ...diagnosis, cause: shown };
  }
  return diagnosis;
}

async function walkOf(
  image: ImageName,
  options: DoctorOptions,
  invocation: Invocation,
): Promise<AsyncGenerator<Finding>> {
  const { for: consumer, push = false } = options;
  if (consumer === undefined) return walkDocker(image, push, invocation);
  if (consumer === 'kubelet') {
    return walkKubelet({ image, options, words: wordsOf(image, options), invocation });
  }
  const of = await consumerOf(consumer, options, image, invocation);
  return walkFor(of, wantedOf(image, invocation), invocation);
}
