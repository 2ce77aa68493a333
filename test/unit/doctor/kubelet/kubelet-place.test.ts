// Tests that doctor finds the kubelet of this machine and its plugins, in a root folder of the test's own.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { kubeletPlace, runningKubelet } from '../../../../src/doctor/kubelet/kubelet-place.ts';

interface Process {
  readonly cmdline: readonly string[];
  readonly environ?: readonly string[];
  /** The mount namespace of each process. */
  readonly mounts?: string;
}

/** A machine with these processes and empty files. */
function machine(
  t: { after: (end: () => void) => void },
  processes: Process[],
  files: string[] = [],
): string {
  const root = mkdtempSync(join(tmpdir(), 'kubelet-place-'));
  t.after(() => rmSync(root, { recursive: true }));
  const list = (texts: readonly string[]) => texts.map((text) => `${text}\0`).join('');
  const add = (pid: string, { cmdline, environ, mounts = 'mnt:[1]' }: Process) => {
    const folder = join(root, 'proc', pid);
    mkdirSync(join(folder, 'ns'), { recursive: true });
    writeFileSync(join(folder, 'cmdline'), list(cmdline));
    if (environ !== undefined) writeFileSync(join(folder, 'environ'), list(environ));
    symlinkSync(mounts, join(folder, 'ns', 'mnt'));
  };
  add('self', { cmdline: ['node'] });
  for (const [index, process] of processes.entries()) add(`${index + 10}`, process);
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), '');
  }
  return root;
}

const FLAGS = [
  '--image-credential-provider-bin-dir=/opt/bin',
  '--image-credential-provider-config',
  '/opt/c.yaml',
];
const PLACE = { binDir: '/opt/bin', config: '/opt/c.yaml' };
const EKS = '/etc/eks/image-credential-provider/config.json';
const RANCHER = '/var/lib/rancher/credentialprovider/config.yaml';

describe('the place of the plugins', () => {
  test('is what the flags of the kubelet say, and its variables are known.', (t) => {
    const root = machine(t, [
      { cmdline: ['/usr/bin/sleep', 'kubelet'] },
      { cmdline: ['/usr/bin/kubelet', '-v', '2', ...FLAGS], environ: ['PATH=/bin', 'A=b=c'] },
    ]);
    const { finding, place } = kubeletPlace({}, root);
    assert.equal(finding.text, 'kubelet runs (pid 11), and names its folder and its config');
    assert.deepEqual({ ...place, kubelet: undefined }, { ...PLACE, kubelet: undefined });
    assert.deepEqual(place?.kubelet?.env, { PATH: '/bin', A: 'b=c' });
  });

  test("is what an option says before the kubelet's flag, and after that what its last flag says.", (t) => {
    const root = machine(t, [
      { cmdline: ['kubelet', ...FLAGS, '--image-credential-provider-bin-dir=/last'] },
    ]);
    const { place } = kubeletPlace({ providerConfig: '/mine.yaml' }, root);
    assert.deepEqual([place?.binDir, place?.config], ['/last', '/mine.yaml']);
  });

  test('is not looked for where the options name both.', (t) => {
    const root = machine(t, [{ cmdline: ['kubelet', ...FLAGS] }]);
    const { place } = kubeletPlace({ binDir: '/a', providerConfig: '/b' }, root);
    assert.deepEqual(place, { binDir: '/a', config: '/b', kubelet: undefined });
  });

  test("is k3s' own where it says no other, in its words for flags, too.", (t) => {
    const hidden = machine(t, [{ cmdline: ['/usr/local/bin/k3s server'] }], [RANCHER]);
    assert.equal(kubeletPlace({}, hidden).place?.config, RANCHER);
    const said = machine(
      t,
      [{ cmdline: ['k3s', 'agent', '--kubelet-arg=image-credential-provider-config=/k.yaml'] }],
      [RANCHER],
    );
    const { place } = kubeletPlace({}, said);
    assert.deepEqual([place?.config, place?.kubelet?.name], ['/k.yaml', 'k3s']);
  });

  test("is that of EKS where no kubelet runs, and not where one runs without it or is another container's.", (t) => {
    const elsewhere = { cmdline: ['kubelet', ...FLAGS], mounts: 'mnt:[2]' };
    const root = machine(t, [elsewhere], [EKS]);
    const { finding, place } = kubeletPlace({}, root);
    assert.equal(finding.text, 'no kubelet runs here, and its config is where it is on EKS');
    assert.deepEqual([place?.binDir, place?.config], [dirname(EKS), EKS]);
    const plain = kubeletPlace({}, machine(t, [{ cmdline: ['kubelet', '-v=2'] }], [EKS]));
    assert.deepEqual([plain.finding.outcome, plain.place], ['failed', undefined]);
    assert.match(plain.finding.notes?.join('\n') ?? '', /--image-credential-provider-bin-dir=FOLDER/);
  });

  test('is asked for where nothing says it.', (t) => {
    const { finding, place } = kubeletPlace({}, machine(t, []));
    assert.deepEqual([finding.outcome, place], ['failed', undefined]);
    assert.match(finding.notes?.join('\n') ?? '', /--bin-dir FOLDER --provider-config FILE$/);
  });
});

test('Where there is no /proc, no kubelet is found.', () => {
  assert.equal(runningKubelet('/nowhere/proc'), undefined);
});
