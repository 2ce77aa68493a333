// A node whose kubelet asks for the credentials of images, with the kubelet's own code in the Go program of
// test/kubelet.
import { spawn } from 'node:child_process';
import { mkdir, mkdtempDisposable, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { builtPeer } from '../peers.ts';

/** The apiVersion of requests and responses. */
export const PLUGIN_API = 'credentialprovider.kubelet.k8s.io/v1';

/** The input of the Go program. */
interface Scenario {
  /** The folder of the plugins. */
  readonly bin: string;
  /** A CredentialProviderConfig, or a folder of several. */
  readonly config: string;
  /** The kubelet's `-v`: nodes have 2; 5 says the most about plugins. */
  readonly verbosity: number;
  readonly serviceAccounts: readonly ServiceAccount[];
  readonly pods: readonly Pod[];
  /** Rounds run one after another. The pulls of a round begin at the same time. */
  readonly rounds: readonly Round[];
}

export interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** The name of a pod's service account in its namespace; a static pod has none. */
  readonly serviceAccount?: string;
  /** The API server's token for its service account. Without one, the server refuses. */
  readonly token?: string;
}

export interface Round {
  /** The time by which the kubelet's clock advances first, as a Go duration: `1h30m`. It takes no real time. */
  readonly after?: string;
  /** An image, with or without a tag; the pod is `namespace/name`. */
  readonly pulls: readonly { readonly image: string; readonly pod?: string }[];
}

export interface Credential {
  readonly username: string;
  readonly password: string;
  /** `namespace/name`, if the plugin had its token. */
  readonly serviceAccount?: string;
}

/** What the kubelet would pass to the container runtime, and its log. */
export interface Answer {
  /** Why the kubelet ends before it serves. */
  readonly error?: string;
  /** Lines of klog, until the plugins are registered. */
  readonly log: readonly string[];
  readonly rounds: readonly {
    /** In the scenario's order. Without credentials, the kubelet pulls as an anonymous user. */
    readonly pulls: readonly { readonly credentials: readonly Credential[]; readonly milliseconds: number }[];
    readonly log: readonly string[];
  }[];
  readonly tokenRequests: readonly {
    readonly namespace: string;
    readonly serviceAccount: string;
    readonly serviceAccountUid: string;
    readonly audiences: readonly string[];
    readonly pod: string;
    readonly podUid: string;
  }[];
}

/** Runs the kubelet's code. `env` is its whole environment. Throws if the scenario cannot run. */
async function asKubelet(scenario: Scenario, env: Readonly<Record<string, string>>): Promise<Answer> {
  const child = spawn(builtPeer('kubelet'), { env });
  const status = new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  child.stdin.on('error', () => {}).end(JSON.stringify(scenario));
  const [code, answer, errors] = await Promise.all([status, text(child.stdout), text(child.stderr)]);
  if (code !== 0) throw new Error(`the kubelet's code: ${errors}`);
  return JSON.parse(answer);
}

/** A program that the kubelet starts. */
export interface Plugin {
  readonly command: readonly string[];
  /** Added by the provider's `env`. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A plugin that answers every request with this text. */
export function pluginThatWrites({ stdout = '', stderr = '', status = 0 }): Plugin {
  const script = 'cat >/dev/null; printf %s "$1"; printf %s "$2" >&2; exit "$3"';
  return { command: ['/bin/sh', '-c', script, 'plugin', stdout, stderr, String(status)] };
}

/** A CredentialProviderResponse. */
export function response(settings: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    apiVersion: PLUGIN_API,
    kind: 'CredentialProviderResponse',
    cacheKeyType: 'Registry',
    ...settings,
  });
}

/** One start of the plugin. */
export interface PluginStart {
  readonly request: Readonly<Record<string, unknown>>;
  /** Lines `NAME=value`. */
  readonly environment: readonly string[];
}

/** Disposing removes the node's folder. */
export interface KubeletNode extends AsyncDisposable {
  readonly folder: string;
  /** The answers of `asKubelet`, with a kubelet that has just started. */
  play(scenario: Partial<Omit<Scenario, 'bin'>>): Promise<Answer>;
  /** Every start of the plugin until now, in no order. */
  started(): Promise<PluginStart[]>;
}

/** The plugin's file name on a node. */
export const PLUGIN = 'ecr-xacct-credential-provider';

/** A node with this plugin. `provider` overrides members of its entry in the CredentialProviderConfig. */
export async function makeNode(
  plugin: Plugin,
  provider: Readonly<Record<string, unknown>>,
): Promise<KubeletNode> {
  const temporary = await mkdtempDisposable(join(tmpdir(), 'kubelet-'));
  const folder = temporary.path;
  const bin = join(folder, 'bin');
  const starts = join(folder, 'starts');
  const home = join(folder, 'home');
  for (const path of [bin, starts, home]) await mkdir(path);
  await writeFile(join(bin, PLUGIN), recording(plugin, starts), { mode: 0o755 });
  const config = join(folder, 'config.yaml');
  await writeFile(config, providerConfig(plugin, provider));
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: home };
  return {
    folder,
    play: (scenario) =>
      asKubelet({ config, verbosity: 2, serviceAccounts: [], pods: [], rounds: [], ...scenario, bin }, env),
    started: () => readStarts(starts),
    [Symbol.asyncDispose]: () => temporary.remove(),
  };
}

/** JSON is YAML. */
function providerConfig(plugin: Plugin, provider: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    apiVersion: 'kubelet.config.k8s.io/v1',
    kind: 'CredentialProviderConfig',
    providers: [
      {
        name: PLUGIN,
        apiVersion: PLUGIN_API,
        defaultCacheDuration: '0s',
        env: Object.entries(plugin.env ?? {}).map(([name, value]) => ({ name, value })),
        ...provider,
      },
    ],
  });
}

/** A script that records its start, and then runs the plugin. */
function recording({ command }: Plugin, folder: string): string {
  const words = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return `#!/bin/sh\nenv >'${folder}'/$$.env\ntee '${folder}'/$$.json | ${words} "$@"\n`;
}

async function readStarts(folder: string): Promise<PluginStart[]> {
  const requests = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  return await Promise.all(
    requests.map(async (name) => {
      const path = join(folder, name);
      const environment = await readFile(path.replace('.json', '.env'), 'utf8');
      return { request: JSON.parse(await readFile(path, 'utf8')), environment: environment.split('\n') };
    }),
  );
}
