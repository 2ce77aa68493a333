// A kubelet's files in a test's folder: its plugins, their config, and a kubectl that knows one pod.
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { APP, AUDIENCE, podToken } from '../pods.ts';
import { bin, type ProductEnvironment } from './product.ts';

export const PLUGIN = 'ecr-xacct-credential-provider';

/** As in `CredentialProviderConfig`; undefined members are left out. */
export type Provider = Readonly<Record<string, unknown>>;

export interface KubeletFolder {
  readonly binDir: string;
  readonly config: string;
  /** The folder with `kubectl`. */
  readonly programs: string;
  /** The file with the pod's token. */
  readonly tokenFile: string;
  /** The options of doctor for these files. */
  readonly options: readonly string[];
  /** Replaces the config. `head`: instead of its apiVersion and kind. */
  configure(providers: readonly Provider[], head?: Readonly<Record<string, string>>): Promise<void>;
  /** The command lines with which kubectl was run. */
  asked(): Promise<string[]>;
}

export const TOKEN_ATTRIBUTES = {
  serviceAccountTokenAudience: AUDIENCE,
  cacheType: 'ServiceAccount',
  requireServiceAccount: false,
  optionalServiceAccountAnnotationKeys: ['eks.amazonaws.com/ecr-role-arn', 'eks.amazonaws.com/role-arn'],
};

/** Our provider, for every registry of ECR. */
export function ownProvider(env: ProductEnvironment, changes: Provider = {}): Provider {
  return {
    name: PLUGIN,
    apiVersion: 'credentialprovider.kubelet.k8s.io/v1',
    matchImages: ['*.dkr.ecr.*.amazonaws.com'],
    defaultCacheDuration: '12h',
    env: Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }])),
    ...changes,
  };
}

/** With the plugin as a link, without a config, and with a pod that has these annotations. */
export async function makeKubeletFolder(
  folder: string,
  annotations: Readonly<Record<string, string>> = {},
): Promise<KubeletFolder> {
  const paths = {
    binDir: join(folder, 'plugins'),
    config: join(folder, 'provider-config.yaml'),
    programs: join(folder, 'programs'),
    tokenFile: join(folder, 'token'),
  };
  await mkdir(paths.binDir, { recursive: true });
  await mkdir(paths.programs);
  await symlink(join(bin, PLUGIN), join(paths.binDir, PLUGIN));
  const log = join(folder, 'kubectl.log');
  const account = join(folder, 'account.json');
  await writeFile(log, '');
  await writeFile(paths.tokenFile, podToken(APP));
  await writeFile(account, JSON.stringify({ kind: 'ServiceAccount', metadata: { annotations } }));
  // The token is neither in an argument nor in a variable.
  const script = `#!/bin/sh
echo "$*" >> ${log}
case "$*" in
'get serviceaccount/${APP.name} --namespace=${APP.namespace} '*) cat ${account} ;;
'create token ${APP.name} --namespace ${APP.namespace} --audience '*) cat ${paths.tokenFile} ;;
*) printf 'E1 memcache.go: a line before\\nError from server (NotFound): serviceaccounts not found\\n' >&2; exit 1 ;;
esac
`;
  await writeFile(join(paths.programs, 'kubectl'), script, { mode: 0o755 });
  return {
    ...paths,
    options: ['--for', 'kubelet', '--bin-dir', paths.binDir, '--provider-config', paths.config],
    configure: async (providers, head = {}) => {
      const known = { apiVersion: 'kubelet.config.k8s.io/v1', kind: 'CredentialProviderConfig' };
      // JSON is YAML, too.
      await writeFile(paths.config, JSON.stringify({ ...known, ...head, providers }, undefined, 2));
    },
    asked: async () => (await readFile(log, 'utf8')).split('\n').filter((line) => line !== ''),
  };
}
