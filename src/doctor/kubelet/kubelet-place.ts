// Where the kubelet has its plugins: from options, its flags, or the paths of known distributions.
import { existsSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Environment } from '../../invocation.ts';
import { readBounded } from '../../os/small-file.ts';
import type { Finding } from '../finding.ts';
import type { KubeletOptions } from '../options.ts';

export interface KubeletPlace {
  binDir: string;
  /** A file, or a folder of config files. */
  config: string;
  /** The running kubelet; undefined if there is none, or if it was not searched for. */
  kubelet: RunningKubelet | undefined;
}

export interface RunningKubelet {
  pid: number;
  uid: number;
  /** k3s contains a kubelet. */
  name: 'kubelet' | 'k3s';
  args: readonly string[];
  /** Undefined if this user may not read it. */
  env: Environment | undefined;
}

/** The paths of the EKS AMI, k3s and RKE2. */
const KNOWN = [
  {
    as: 'on EKS',
    binDir: '/etc/eks/image-credential-provider',
    config: '/etc/eks/image-credential-provider/config.json',
  },
  {
    as: 'with k3s and RKE2',
    binDir: '/var/lib/rancher/credentialprovider/bin',
    config: '/var/lib/rancher/credentialprovider/config.yaml',
  },
] as const;

/** `root`: the folder that has /proc and these paths, for tests. */
export function kubeletPlace(
  { binDir, providerConfig }: KubeletOptions,
  root = '/',
): { finding: Finding; place?: KubeletPlace } {
  if (binDir !== undefined && providerConfig !== undefined) {
    return found(
      { binDir, config: providerConfig, kubelet: undefined },
      'its folder and its config are those of the options',
    );
  }
  const kubelet = runningKubelet(join(root, 'proc'));
  const known = KNOWN.find(({ config }) => existsSync(join(root, config)));
  const who = kubelet === undefined ? 'no kubelet runs here' : `${kubelet.name} runs (pid ${kubelet.pid})`;
  const named = {
    binDir: binDir ?? flagOf(kubelet, 'image-credential-provider-bin-dir'),
    config: providerConfig ?? flagOf(kubelet, 'image-credential-provider-config'),
  };
  if (named.binDir !== undefined && named.config !== undefined) {
    return found(
      { binDir: named.binDir, config: named.config, kubelet },
      `${who}, and names its folder and its config`,
    );
  }
  // A plain kubelet has only the place in its flags. k3s has a fixed place, and hides its flags.
  if (known !== undefined && kubelet?.name !== 'kubelet') {
    const place = { binDir: named.binDir ?? known.binDir, config: named.config ?? known.config, kubelet };
    return found(place, `${who}, and its config is where it is ${known.as}`);
  }
  return { finding: noPlace(kubelet, who) };
}

function found(place: KubeletPlace, text: string): { finding: Finding; place: KubeletPlace } {
  return { finding: { step: 'kubelet', outcome: 'ok', text }, place };
}

function noPlace(kubelet: RunningKubelet | undefined, who: string): Finding {
  const failed = { step: 'kubelet', outcome: 'failed', side: 'machine' } as const;
  if (kubelet !== undefined) {
    return {
      ...failed,
      text: `${who}, and its flags name no plugins: it asks none for an image`,
      notes: [
        'Start it with both of these flags:',
        '  --image-credential-provider-bin-dir=FOLDER --image-credential-provider-config=FILE',
      ],
    };
  }
  return {
    ...failed,
    text: `${who}, and there is no ${KNOWN.map(({ config }) => config).join(' and no ')}`,
    notes: [
      'Run doctor on a node. If its kubelet is not started yet, add:',
      '  --bin-dir FOLDER --provider-config FILE',
    ],
  };
}

/** The first kubelet of this machine itself: one in a container (kind) has other files. Undefined without /proc. */
export function runningKubelet(proc: string): RunningKubelet | undefined {
  const own = mountsOf(proc, 'self');
  const running = pidsIn(proc).flatMap((pid): RunningKubelet[] => {
    const [program = '', ...args] = listIn(join(proc, pid, 'cmdline')) ?? [];
    // k3s calls itself `k3s server`.
    const name = basename(program.split(' ')[0] ?? '');
    if (name !== 'kubelet' && name !== 'k3s') return [];
    const [mounts, stat] = [mountsOf(proc, pid), statSync(join(proc, pid), { throwIfNoEntry: false })];
    if (stat === undefined || (own !== undefined && mounts !== undefined && mounts !== own)) return [];
    const env = listIn(join(proc, pid, 'environ'))?.map(
      (line) => /^([^=]*)=(.*)$/s.exec(line)?.slice(1) ?? [],
    );
    return [
      {
        ...{ pid: Number(pid), uid: stat.uid, name, args },
        env: env && Object.fromEntries(env),
      },
    ];
  });
  return running.find(({ name }) => name === 'kubelet') ?? running[0];
}

function pidsIn(proc: string): string[] {
  try {
    return readdirSync(proc).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

const MAX_BYTES = 2 * 1_024 * 1_024;

/** NUL-terminated texts; undefined if they may not be read, or the process has ended. */
function listIn(path: string): string[] | undefined {
  try {
    return readBounded(path, MAX_BYTES)
      .toString()
      .split('\0')
      .filter((text) => text !== '');
  } catch {
    return undefined;
  }
}

function mountsOf(proc: string, pid: string): string | undefined {
  try {
    return readlinkSync(join(proc, pid, 'ns', 'mnt'));
  } catch {
    return undefined;
  }
}

/**
 * The value in `--NAME=VALUE`, `--NAME VALUE` or k3s' `--kubelet-arg=NAME=VALUE`; the last one if there are several.
 */
function flagOf(kubelet: RunningKubelet | undefined, name: string): string | undefined {
  const { args = [] } = kubelet ?? {};
  return args
    .flatMap((arg, index) => {
      const flag = arg.replace(/^--?kubelet-arg=/, '').replace(/^--?/, '');
      if (flag.startsWith(`${name}=`)) return [flag.slice(name.length + 1)];
      const next = args[index + 1];
      return flag === name && next !== undefined ? [next] : [];
    })
    .at(-1);
}
