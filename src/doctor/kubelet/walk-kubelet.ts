// The steps of doctor for the kubelet: from its flags to its plugin, then as for Docker to the layers of an image.

import { createConfigReader } from '../../config/config-reader.ts';
import { matchRule } from '../../config/match.ts';
import { orError, XacctError } from '../../errors.ts';
import type { Explanation } from '../../helper/explain.ts';
import { type Command, command, commandText } from '../../hint.ts';
import { withServiceAccountToken } from '../../identity/service-account.ts';
import type { Environment, Invocation } from '../../invocation.ts';
import type { CredentialProvider } from '../../kubelet/read-provider-config.ts';
import { type DeniedFinding, type Finding, failedFinding } from '../finding.ts';
import type { KubeletOptions } from '../options.ts';
import type { ImageName } from '../registry-api/image-name.ts';
import { examination, walkImage } from '../walk-docker.ts';
import { walkIdentity } from '../walk-host.ts';
import { type KubeletPlace, kubeletPlace } from './kubelet-place.ts';
import { pluginEnvironment, pluginEnvStep, tokenByPlugin } from './plugin-run.ts';
import { type PodRequest, podStep } from './pod-step.ts';
import {
  isOurPlugin,
  matchStep,
  missingPlugin,
  needsRoot,
  pluginStep,
  providerConfigStep,
} from './provider-steps.ts';

export interface KubeletWalk {
  image: ImageName;
  options: KubeletOptions;
  /** The command line, to be run as root if that is needed. */
  words: Command;
  invocation: Invocation;
}

/** The plugin that the kubelet asks for the image. */
interface AskedPlugin {
  place: KubeletPlace;
  provider: CredentialProvider;
  /** The plugin's whole environment. */
  env: Environment;
}

/** Each step assumes that the steps before it did not fail. */
export async function* walkKubelet(walk: KubeletWalk): AsyncGenerator<DeniedFinding> {
  const plugin = yield* askedPlugin(walk);
  if (plugin === undefined) return;
  const { image, invocation } = walk;
  const explained = await explainer(plugin.env, image.hostname, invocation);
  const ofNode = await orError(() => explained(false));
  if (ofNode instanceof XacctError) return yield failedFinding('config', ofNode, 'machine');
  const why = ofNode.steps.find(({ step }) => step === 'rule')?.why ?? '';
  yield { step: 'config', outcome: 'ok', text: why };
  const rule = matchRule(await createConfigReader()(plugin.env), image.hostname);
  const wanted = rule?.rule.service_account ? why : undefined;
  const found = await podStep(plugin.provider, wanted, walk.options, invocation);
  if (found !== undefined) yield found.finding;
  if (found?.isEnd) return;
  yield* walkAs(found?.pod, plugin, walk);
}

async function* askedPlugin({
  image: { hostname, repository },
  options,
  words,
  invocation,
}: KubeletWalk): AsyncGenerator<Finding, AskedPlugin | undefined> {
  const { finding, place } = kubeletPlace(options);
  yield finding;
  if (place === undefined) return undefined;
  const { finding: ofConfig, providers } = providerConfigStep(place, words, invocation);
  yield ofConfig;
  if (providers === undefined) return undefined;
  const missing = missingPlugin(place, providers, invocation);
  if (missing !== undefined) {
    yield missing;
    return undefined;
  }
  for (const own of providers.filter(isOurPlugin)) yield await pluginStep(place, own, invocation);
  const { finding: ofMatch, provider } = matchStep(`${hostname}/${repository}`, providers);
  yield ofMatch;
  if (provider === undefined) return undefined;
  const { kubelet } = place;
  const { uid = 0 } = invocation;
  if (kubelet !== undefined && kubelet.uid !== uid && uid !== 0) {
    const user = kubelet.uid === 0 ? 'root' : `user ${kubelet.uid}`;
    const text = `${kubelet.name} runs the plugin as ${user}, in an environment that only root may read`;
    yield needsRoot('plugin-env', text, words);
    return undefined;
  }
  const env = pluginEnvironment(place, provider);
  yield pluginEnvStep(place, provider, { env, uid });
  return { place, provider, env };
}

/** Runs in the plugin's environment and in this process: the plugin does not use the user's daemon. */
async function explainer(
  env: Environment,
  hostname: string,
  invocation: Invocation,
  pod?: PodRequest,
): Promise<(mint: boolean) => Promise<Explanation>> {
  const { explainHere } = await import('../../client/explain-here.ts');
  const asked = pod === undefined ? env : withServiceAccountToken(env, pod.serviceAccountToken);
  const request = { hostname, serviceAccount: pod?.account };
  return (mint) => explainHere({ ...request, mint }, { ...invocation, env: asked });
}

/** As the given pod, or as a pod without a service account. */
async function* walkAs(
  pod: PodRequest | undefined,
  { place, provider, env }: AskedPlugin,
  { image, invocation }: KubeletWalk,
): AsyncGenerator<DeniedFinding> {
  const { hostname, repository } = image;
  const explained = await explainer(env, hostname, invocation, pod);
  const explanation = await orError(() => explained(false));
  if (!(explanation instanceof XacctError) && isByNone(explanation)) return yield noIdentity(hostname, env);
  const examine = examination(image, false, invocation);
  const request = {
    image: `${hostname}/${repository}`,
    serviceAccountToken: pod?.serviceAccountToken,
    serviceAccountAnnotations: pod?.serviceAccountAnnotations ?? {},
  };
  const reached = yield* walkIdentity(explanation, {
    ...{ hostname, repository, invocation, examine },
    explainedAnew: () => explained(true),
    token: () => tokenByPlugin(place, provider, { request, hostname, env }, invocation),
  });
  if (reached !== undefined) yield* walkImage(image, false, reached, examine);
}

function isByNone({ registry, candidates, error }: Explanation): boolean {
  return registry !== undefined && candidates.length === 0 && error === undefined;
}

/** The hint names no `explain`: in a shell it has other variables, and so another answer. */
function noIdentity(hostname: string, { ECR_XACCT_CONFIG: file }: Environment): Finding {
  return {
    ...{ step: 'identity', outcome: 'failed', side: 'machine' },
    text: `no identity to pull from ${hostname}: no rule, no annotation of a pod, no identity of the node`,
    command: commandText(command`$EDITOR ${file || '/etc/ecr-xacct/config.yaml'}`),
    notes: [
      'To pull by the role of each pod, add under registries:',
      `  "${hostname}": { service_account: true }`,
    ],
  };
}
