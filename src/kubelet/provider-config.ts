// The kubelet's CredentialProviderConfig for our rules: the plugin's images, and those that need a pod's identity.
// Source: https://kubernetes.io/docs/reference/config-api/kubelet-config.v1/
import type { Config, RegistryRule } from '../config/load.ts';
import { SYSTEM_CONFIG } from '../config/paths.ts';
import { printable } from '../errors.ts';
import { ROLE_ANNOTATIONS, STS_AUDIENCE } from '../identity/service-account.ts';
import { kubernetesDuration } from './cache-duration.ts';
import { allImages, isShared, matchImages, withoutCovered } from './match-images.ts';
import { API_VERSION } from './messages.ts';

/** The file in the kubelet's plugin folder. The program accepts each name with this prefix. */
const PLUGIN = 'ecr-xacct-credential-provider';
const NODE_PROFILES = '/etc/ecr-xacct/aws-config';
/** The socket of the units in packaging/systemd/system. */
const NODE_SOCKET = '/run/ecr-xacct/daemon.sock';

export interface ProviderOptions {
  /** Include the registries that no rule covers, with the identity of the node or the pods. */
  all?: true;
  pods?: true;
  /** Whether the plugin asks the node's daemon. */
  daemon: boolean;
  /** The path of the rules on the nodes, if it is not the usual one. */
  configFile?: string | undefined;
}

interface Provider {
  name: string;
  images: readonly string[];
  /** Present if the kubelet sends the token of the pod's service account. `isRequired`: it asks for no other pods. */
  pods: { isRequired: boolean } | undefined;
}

/**
 * One provider for the nodes' registries, with one entry in the kubelet's cache for each, and one for the pods'
 * registries, with one entry for each service account. The kubelet runs every provider that matches. So an image that
 * both would match is only in the second.
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

/**
 * Splits the images into those that share no hostname with `others` and those that do, directly or through another
 * image.
 */
function apart(images: readonly string[], others: readonly string[]): [own: string[], shared: string[]] {
  const shared = images.filter((image) => others.some((other) => isShared(image, other)));
  const own = images.filter((image) => !shared.includes(image));
  if (shared.length === 0) return [own, shared];
  const [left, more] = apart(own, shared);
  return [left, [...shared, ...more]];
}

/** YAML for a file, with comments that say where each file belongs. */
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

/** Each file, and where it belongs. */
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

/** YAML with the roles that let kubelets request these tokens from the API server; once for each cluster. */
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
