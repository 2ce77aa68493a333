// The kubelet's CredentialProviderConfig for our rules: which images the plugin is asked for, and for which with a pod's identity.
// Source: https://kubernetes.io/docs/reference/config-api/kubelet-config.v1/
import type { Config, RegistryRule } from '../config/load.ts';
import { SYSTEM_CONFIG } from '../config/paths.ts';
import { printable } from '../errors.ts';
import { ROLE_ANNOTATIONS, STS_AUDIENCE } from '../identity/service-account.ts';
import { kubernetesDuration } from './cache-duration.ts';
import { allImages, isShared, matchImages, withoutCovered } from './match-images.ts';
import { API_VERSION } from './messages.ts';

/** The file in the kubelet's folder; ours answers to every name that begins so. */
const PLUGIN = 'ecr-xacct-credential-provider';
const NODE_PROFILES = '/etc/ecr-xacct/aws-config';
/** Of the units in packaging/systemd/system. */
const NODE_SOCKET = '/run/ecr-xacct/daemon.sock';

export interface ProviderOptions {
  /** Also the registries that no rule covers: by the node's own identity, or the pods'. */
  all?: true;
  pods?: true;
  /** Whether the plugin asks the node's daemon. */
  daemon: boolean;
  /** Where the rules are on the nodes, if not at the usual place. */
  configFile?: string | undefined;
}

interface Provider {
  name: string;
  images: readonly string[];
  /** Whether the kubelet gives the token of the pod's service account, and whether a pod without one is of no use here. */
  pods: { isRequired: boolean } | undefined;
}

/**
 * One for the nodes' registries, which need one entry in the kubelet's cache each, and one for those of the pods, which need one for
 * each service account. The kubelet runs every provider that matches: so what both would match is the second's alone.
 */
function providersOf(
  rules: readonly RegistryRule[],
  { all, pods }: Omit<ProviderOptions, 'daemon'> = {},
): Provider[] {
  const imagesOf = (isOfPods: boolean) =>
    rules
      .filter(({ rule }) => (rule.service_account === true) === isOfPods)
      .flatMap(({ pattern }) => matchImages(pattern));
  const unruled = all || pods || rules.length === 0 ? allImages() : [];
  const ofPods = [...imagesOf(true), ...(pods ? unruled : [])];
  const [ofNodes, shared] = apart([...imagesOf(false), ...(pods ? [] : unruled)], ofPods);
  const isRequired = !pods && shared.length === 0;
  const forPods = { images: [...ofPods, ...shared], pods: { isRequired } };
  return [{ images: ofNodes, pods: undefined }, forPods]
    .filter(({ images }) => images.length > 0)
    .map(({ images, ...provider }, index) => ({
      ...provider,
      name: index === 0 ? PLUGIN : `${PLUGIN}-pods`,
      images: withoutCovered(images),
    }));
}

/** Those that share no hostname with `others`, and those that do, of themselves or by one of these. */
function apart(images: readonly string[], others: readonly string[]): [own: string[], shared: string[]] {
  const shared = images.filter((image) => others.some((other) => isShared(image, other)));
  const own = images.filter((image) => !shared.includes(image));
  if (shared.length === 0) return [own, shared];
  const [left, more] = apart(own, shared);
  return [left, [...shared, ...more]];
}

/** As YAML, to be piped to a file: it says where each file goes. */
export function providerConfig(config: Config, options: ProviderOptions): string {
  const providers = providersOf(config.rules, options);
  const isPartial = !options.all && !options.pods && config.rules.length > 0;
  const lines = [
    '# The images for which the kubelet asks ecr-xacct. On each node:',
    ...placesOf(config, options, providers),
    '# Then restart the kubelet. To see what a pod gets: ecr-xacct doctor --for kubelet IMAGE',
    ...(isPartial
      ? ['# Other registries of ECR are left to other providers; with --all, they are here, too.']
      : []),
    'apiVersion: kubelet.config.k8s.io/v1',
    'kind: CredentialProviderConfig',
    'providers:',
    ...providers.flatMap((provider) => providerLines(provider, variablesOf(config, options))),
  ];
  return `${lines.join('\n')}\n`;
}

/** Each file, and where it goes. */
function placesOf({ rules, files }: Config, options: ProviderOptions, providers: Provider[]): string[] {
  const configFile = options.configFile ?? SYSTEM_CONFIG;
  const others = files.filter((file) => file !== configFile).map(printable);
  const read = others.length === 0 ? '' : ` of ${others.join(' and ')}`;
  const profiles = profiled(rules);
  const bin = 'in its --image-credential-provider-bin-dir, as a link to the program';
  const places = [
    { what: 'this file', where: 'where the kubelet has --image-credential-provider-config' },
    ...providers.map(({ name }) => ({ what: name, where: bin })),
    { what: configFile, where: rules.length > 0 && `the rules${read}, owned by root` },
    {
      what: NODE_PROFILES,
      where: profiles.length > 0 && `the profiles that rules name: ${profiles.join(', ')}`,
    },
  ].filter(({ where }) => where);
  const width = Math.max(...places.map(({ what }) => what.length));
  return places.map(({ what, where }) => `#   ${what.padEnd(width)}  ${where}`);
}

/** The profiles that rules name, each once. */
function profiled(rules: readonly RegistryRule[]): string[] {
  return [...new Set(rules.flatMap(({ rule }) => rule.profile ?? rule.source_profile ?? []))];
}

interface Variable {
  why?: string;
  name: string;
  value: string;
}

function variablesOf({ rules }: Config, { daemon, configFile }: ProviderOptions): Variable[] {
  const socket = { why: 'The daemon of the node: systemctl enable --now ecr-xacct.socket' };
  return [
    ...(daemon ? [{ ...socket, name: 'ECR_XACCT_SOCKET', value: NODE_SOCKET }] : []),
    ...(configFile === undefined ? [] : [{ name: 'ECR_XACCT_CONFIG', value: configFile }]),
    ...(profiled(rules).length === 0
      ? []
      : [{ why: 'The kubelet has no ~/.aws.', name: 'AWS_CONFIG_FILE', value: NODE_PROFILES }]),
  ];
}

function providerLines({ name, images, pods }: Provider, env: readonly Variable[]): string[] {
  return [
    `  - name: ${name}`,
    '    matchImages:',
    ...images.map((image) => `      - ${JSON.stringify(image)}`),
    '    # Each answer says how long it may be kept.',
    `    defaultCacheDuration: ${kubernetesDuration(0)}`,
    `    apiVersion: ${API_VERSION}`,
    ...(env.length === 0 ? [] : ['    env:', ...env.flatMap(variableLines)]),
    ...(pods === undefined ? [] : tokenLines(pods.isRequired)),
  ];
}

function variableLines({ why, name, value }: Variable): string[] {
  return [
    ...(why === undefined ? [] : [`      # ${why}`]),
    `      - name: ${name}`,
    `        value: ${JSON.stringify(value)}`,
  ];
}

function tokenLines(isRequired: boolean): string[] {
  return [
    '    # Kubernetes 1.34 or later, with: ecr-xacct kubelet config --rbac | kubectl apply -f -',
    '    tokenAttributes:',
    `      serviceAccountTokenAudience: ${STS_AUDIENCE}`,
    '      # All pods of a service account have the same rights at AWS, so they share an entry in the cache.',
    '      cacheType: ServiceAccount',
    ...(isRequired ? [] : ['      # Static pods have none: they pull as the node does.']),
    `      requireServiceAccount: ${isRequired}`,
    '      optionalServiceAccountAnnotationKeys:',
    ...ROLE_ANNOTATIONS.map((key) => `        - ${key}`),
  ];
}

/** What lets kubelets ask the API server for the tokens; as YAML, once for a cluster. */
export function audienceRoles(): string {
  return `# Lets the kubelets ask for tokens of service accounts that AWS STS takes. Once for the cluster:
#   ecr-xacct kubelet config --rbac | kubectl apply -f -
# https://kubernetes.io/docs/reference/access-authn-authz/node/
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ${PLUGIN}
rules:
  - apiGroups: [""]
    resources: ["${STS_AUDIENCE}"]
    verbs: ["request-serviceaccounts-token-audience"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: ${PLUGIN}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: ${PLUGIN}
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: system:nodes
`;
}
