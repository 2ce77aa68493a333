// The steps of doctor at the registry: its protocol, the image, its layers, and whether it accepts a push.
import { XacctError } from '../errors.ts';
import { command, commandText } from '../hint.ts';
import type { Registry } from '../registry/ecr-hostname.ts';
import { deniedFinding } from './denied-finding.ts';
import { type DeniedFinding, type DoctorStep, type Finding, failedFinding } from './finding.ts';
import { containerPlatform } from './registry-api/image-manifest.ts';
import type { ImageName } from './registry-api/image-name.ts';
import type { BlobAnswer, Image, RegistryAnswer, RegistryClient } from './registry-api/registry-client.ts';

export interface RegistryWalk {
  client: RegistryClient;
  image: ImageName;
  registry: Registry;
  push: boolean;
  /** The token is from `docker login`. */
  isLogin: boolean;
  /** The profile of the caller that pulls, for AWS CLI commands. */
  profile?: string | undefined;
  /** Finds the true cause behind a finding, as far as AWS reports it. */
  examine: (finding: DeniedFinding) => Promise<DeniedFinding>;
}

/** Each step assumes that the steps before it did not fail. */
export async function* walkRegistry(walk: RegistryWalk): AsyncGenerator<DeniedFinding> {
  const { client, image, examine } = walk;
  let step: DoctorStep = 'registry';
  try {
    const ping = await client.ping();
    const { denial } = ping;
    const ofPing = { registry: walk.registry, repository: image.repository, push: walk.push };
    yield await examine(
      denial ? deniedFinding(step, denial, ofPing) : pingFinding(ping, image, walk.isLogin),
    );
    step = 'manifest';
    const manifest = await client.manifest(image.repository, image.reference);
    const found = await examine(manifestFinding(manifest, walk));
    yield found;
    step = 'layers';
    if (manifest.image !== undefined) yield await examine(await layersFinding(manifest.image, walk));
    step = 'upload';
    if (!walk.push) return;
    // Doctor changes nothing: an upload would create the repository.
    if (found.lacks === 'repository') {
      const text = 'not tried: it would create the repository';
      yield { step, outcome: 'unknown', text };
    } else yield await examine(await uploadFinding(walk));
  } catch (error) {
    if (!(error instanceof XacctError)) throw error;
    yield failedFinding(step, error, error.code === 'protocol' ? 'image' : 'machine');
  }
}

function manifestFinding(answer: RegistryAnswer & { image?: Image }, walk: RegistryWalk): DeniedFinding {
  const step = 'manifest';
  if (answer.image !== undefined) {
    const { platform } = answer.image;
    const wanted = containerPlatform(process.arch);
    const text = `it can be read${platform === undefined ? '' : ` (${platform})`}`;
    if (platform === undefined || platform === wanted) return { step, outcome: 'ok', text };
    return { step, outcome: 'warning', text: `it has no image for ${wanted}, only for ${platform}` };
  }
  if (walk.push && answer.status === 404 && answer.code === 'MANIFEST_UNKNOWN') {
    return { step, outcome: 'ok', text: 'it does not exist yet: a push creates it' };
  }
  return refused(step, answer, walk);
}

/** Docker itself downloads three layers at once. */
const AT_ONCE = 4;

async function layersFinding({ config, layers }: Image, walk: RegistryWalk): Promise<Finding> {
  const { client, image } = walk;
  const digests = [...new Set([config, ...layers])];
  let storage: string | undefined;
  for (let index = 0; index < digests.length; index += AT_ONCE) {
    const some = digests.slice(index, index + AT_ONCE);
    const answers = await Promise.all(some.map((digest) => client.blob(image.repository, digest)));
    const bad = answers.find((answer) => answer.failure !== undefined || answer.status >= 300);
    if (bad !== undefined) return badLayer(bad, walk);
    storage ??= answers.find(({ from }) => from === 'layer storage')?.host;
  }
  const from = storage === undefined ? '' : ` from ${storage}`;
  const { size } = new Set(layers);
  const text = `its ${size === 1 ? 'layer' : `${size} layers`} can be read${from}`;
  return { step: 'layers', outcome: 'ok', text };
}

function badLayer(answer: BlobAnswer, walk: RegistryWalk): Finding {
  const step = 'layers';
  const { from, host } = answer;
  if (answer.failure !== undefined) {
    const { message, hint } = answer.failure;
    const where = from === 'registry' ? '' : `the registry sends Docker to ${host} for a layer: `;
    const finding = failedFinding(step, { message: `${where}${message}`, hint }, 'machine');
    if (from === 'registry') return finding;
    // https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
    const note = `In a VPC without internet access, that needs an endpoint of com.amazonaws.${walk.registry.region}.s3.`;
    return { ...finding, notes: [...(finding.notes ?? []), note] };
  }
  if (from === 'registry' || answer.denial !== undefined) return refused(step, answer, walk);
  const said = [answer.code, answer.message].filter((word) => word !== undefined).join(': ');
  const text = `${host}, to which the registry sends Docker for a layer, refuses it: ${said || answer.status}`;
  return { step, outcome: 'failed', text, ...(answer.status === 403 && { side: 'endpoint' as const }) };
}

async function uploadFinding(walk: RegistryWalk): Promise<Finding> {
  const { client, image } = walk;
  const { upload, ...answer } = await client.startUpload(image.repository);
  if (upload !== undefined) await client.cancelUpload(upload);
  if (answer.status !== 202) return refused('upload', answer, walk);
  return {
    step: 'upload',
    outcome: 'ok',
    text: 'an upload can be started (and was cancelled)',
  };
}

/** Whether the registry accepts the token. */
export function pingFinding(
  answer: RegistryAnswer,
  { hostname }: Pick<ImageName, 'hostname'>,
  isLogin: boolean,
): Finding {
  const step = 'registry';
  if (answer.status === 200) return { step, outcome: 'ok', text: 'it accepts the token' };
  return unserved(step, answer, { hostname, isLogin });
}

function refused(step: DoctorStep, answer: RegistryAnswer, walk: RegistryWalk): DeniedFinding {
  const { denial } = answer;
  const { image, registry, push, isLogin } = walk;
  const { hostname, repository } = image;
  if (denial !== undefined) return deniedFinding(step, denial, { registry, repository, push });
  return answer.status === 404 ? absent(step, answer, walk) : unserved(step, answer, { hostname, isLogin });
}

/** The request failed, but no policy denies it and nothing is missing. */
function unserved(
  step: DoctorStep,
  { status, code, message = `it answers ${status}${code === undefined ? '' : ` (${code})`}` }: RegistryAnswer,
  { hostname, isLogin }: { hostname: string; isLogin: boolean },
): Finding {
  const failed = { step, outcome: 'failed' } as const;
  if (status === 401 || status === 403) {
    const run = commandText(command`${isLogin ? 'docker' : 'ecr-xacct'} logout ${hostname}`);
    return {
      ...failed,
      text: `${hostname} does not accept the token: ${message}`,
      side: 'machine',
      command: run,
    };
  }
  const notes = status === 429 || status >= 500 ? ['Wait a minute, and run the same command again.'] : [];
  return { ...failed, text: `${hostname}: ${message}`, notes };
}

function absent(step: DoctorStep, { code, message }: RegistryAnswer, walk: RegistryWalk): DeniedFinding {
  const { image, registry, push, profile } = walk;
  const { account, region } = registry;
  const { repository } = image;
  const at = ['--region', region, ...(account === undefined ? [] : ['--registry-id', account])];
  const as = profile === undefined ? [] : ['--profile', profile];
  const failed = { step, outcome: 'failed', side: 'image' } as const;
  if (code === 'NAME_UNKNOWN') {
    const text = `${image.hostname} has no repository ${repository}`;
    const list = command`aws ecr describe-repositories ${at} --query repositories[].repositoryName ${as}`;
    const create = command`aws ecr create-repository ${at} --repository-name ${repository} ${as}`;
    return { ...failed, text, command: commandText(push ? create : list), lacks: 'repository' };
  }
  const isManifest = step === 'manifest';
  const lacks = isManifest ? ({ lacks: 'image' } as const) : {};
  if (code === 'MANIFEST_UNKNOWN') {
    const text = `${repository} has no ${image.isDigest ? 'image' : 'tag'} ${image.reference}`;
    const list = command`aws ecr list-images ${at} --repository-name ${repository} --query imageIds[].imageTag ${as}`;
    return { ...failed, text, command: commandText(list), ...lacks };
  }
  const text = message ?? `${image.hostname} has no such thing (${code ?? 'status 404'})`;
  return { ...failed, text, ...lacks };
}
