// The steps of doctor for the kubelet's config: it can be read, its plugins exist, and it asks ours for the image.
import { constants, existsSync, lstatSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { linkAsCommand, makeExecutable, ownProgram } from '../../docker/helper-fault.ts';
import { attempt, printable, XacctError } from '../../errors.ts';
import { type Command, command, commandText } from '../../hint.ts';
import type { Invocation } from '../../invocation.ts';
import { matchesImage } from '../../kubelet/image-match.ts';
import { type CredentialProvider, readProviderConfig } from '../../kubelet/read-provider-config.ts';
import { mayAccess } from '../../os/find-program.ts';
import { type Finding, failedFinding } from '../finding.ts';
import type { KubeletPlace } from './kubelet-place.ts';

/** The native client checks for this prefix in its own name. */
const PLUGIN = 'ecr-xacct-credential-provider';

/** No command of this program restarts the kubelet. */
const RESTART = 'The kubelet reads it only as it starts: restart it after that.';

export function isOurPlugin({ name }: CredentialProvider): boolean {
  return name.startsWith(PLUGIN);
}

/** `words`: this command line, to be run as root. */
export function providerConfigStep(
  { config }: KubeletPlace,
  words: Command,
  { uid }: Invocation,
): { finding: Finding; providers?: CredentialProvider[] } {
  const step = 'provider-config';
  const read = attempt(() => readProviderConfig(config));
  if (read instanceof XacctError) {
    const refused = read.cause instanceof Error && 'code' in read.cause && read.cause.code === 'EACCES';
    if (refused && uid !== 0)
      return { finding: needsRoot(step, `${config} may be read by root alone`, words) };
    const finding = failedFinding(step, read, 'machine');
    return { finding: read.code === 'config-invalid' ? { ...finding, notes: [RESTART] } : finding };
  }
  const names = read.map(({ name }) => name).join(', ');
  if (!read.some(isOurPlugin)) {
    return {
      finding: {
        ...{ step, outcome: 'failed', side: 'machine', command: 'ecr-xacct kubelet config' },
        text: `${config} has no provider ${PLUGIN}, only ${names}`,
        notes: [`It writes what ${config} needs. ${RESTART}`],
      },
    };
  }
  const text = `${config}: ${read.length === 1 ? 'provider' : 'providers'} ${names}`;
  return { finding: { step, outcome: 'ok', text }, providers: read };
}

export function needsRoot(step: Finding['step'], text: string, words: Command): Finding {
  return { step, outcome: 'unknown', text, command: commandText(command`sudo ${words}`) };
}

/** Programs that are missing or not executable: the kubelet does not start if one provider lacks its program. */
export function missingPlugin(
  { binDir }: KubeletPlace,
  providers: readonly CredentialProvider[],
  { self, uid }: Invocation,
): Finding | undefined {
  const failed = { step: 'plugin', outcome: 'failed', side: 'machine' } as const;
  if (!existsSync(binDir)) {
    const text = `there is no folder ${binDir}, where the kubelet looks for its plugins`;
    return {
      ...failed,
      text,
      command: commandText(uid === 0 ? command`mkdir -p ${binDir}` : command`sudo mkdir -p ${binDir}`),
    };
  }
  // Our plugin first: doctor was asked about it.
  for (const provider of providers.toSorted(
    (one, other) => Number(isOurPlugin(other)) - Number(isOurPlugin(one)),
  )) {
    const path = join(binDir, provider.name);
    const fault = faultOf(path);
    if (fault === undefined) continue;
    const text = `${fault.text}, so the kubelet does not start`;
    if (fault.command !== undefined) return { ...failed, text, command: fault.command };
    const own = isOurPlugin(provider) ? ownProgram(self, PLUGIN) : undefined;
    if (own !== undefined) return { ...failed, text, command: linkAsCommand(own, path) };
    return {
      ...{ ...failed, text, command: commandText(command`$EDITOR ${provider.file}`) },
      notes: [`Put ${path} there, or take its provider out of that file.`],
    };
  }
  return undefined;
}

function faultOf(path: string): { text: string; command?: string } | undefined {
  if (!existsSync(path)) {
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    return {
      text: isLink ? `${path} is a link to ${readlinkSync(path)}, which is not there` : `there is no ${path}`,
    };
  }
  if (!statSync(path).isFile()) return { text: `${path} is no file` };
  if (mayAccess(path, constants.X_OK)) return undefined;
  return { text: `${path} is not executable`, command: makeExecutable(path) };
}

/** Runs the plugin with empty stdin: ours answers with a known error. */
export async function pluginStep(
  { binDir }: KubeletPlace,
  { name, args, file }: CredentialProvider,
  { self, env }: Invocation,
): Promise<Finding> {
  const step = 'plugin';
  const program = join(binDir, name);
  const { runHelper } = await import('../../docker/fallback/helper-process.ts');
  const run = { program, args: [], input: '', env: { PATH: env.PATH }, timeoutMs: PROBE_MS };
  const ran = await runHelper(run).catch((error: unknown) => String(error));
  const said = typeof ran === 'string' ? ran : ran.stderr.toString().trim();
  const failed = { step, outcome: 'failed', side: 'machine' } as const;
  const own = ownProgram(self, PLUGIN);
  const fix = own === undefined ? {} : { command: linkAsCommand(own, program) };
  if (!said.startsWith('ecr-xacct: stdin is not a CredentialProviderRequest')) {
    const alone = /^ecr-xacct: cannot start ([^\n]*?): /.exec(said)?.[1];
    const text =
      alone === undefined
        ? `${program} is not the plugin of ecr-xacct: it says ${said === '' ? 'nothing' : printable(said).slice(0, 200)}`
        : `${program} is a copy, and beside it there is no ${alone}, which it starts`;
    return { ...failed, text, ...fix };
  }
  if (args?.length) {
    const text = `the plugin takes no arguments, and ${name} in ${file} has args`;
    return { ...failed, text, command: commandText(command`$EDITOR ${file}`), notes: [RESTART] };
  }
  return { step, outcome: 'ok', text: `${name} runs, in ${binDir}` };
}

/** The plugin ends at once if its stdin is empty. Milliseconds. */
const PROBE_MS = 10_000;

/** The provider that the kubelet asks for the image. */
export function matchStep(
  image: string,
  providers: readonly CredentialProvider[],
): { finding: Finding; provider?: CredentialProvider } {
  const step = 'match-images';
  const matching = providers.flatMap((provider) => {
    const pattern = provider.matchImages.find((one) => matchesImage(one, image));
    return pattern === undefined ? [] : [{ provider, pattern }];
  });
  const ours = matching.find(({ provider }) => isOurPlugin(provider));
  const others = matching.filter((match) => match !== ours).map(({ provider }) => provider.name);
  if (ours === undefined) {
    const own = providers.filter(isOurPlugin);
    const names = own.map(({ name }) => name).join(' or ');
    const instead = others.length === 0 ? '' : `, only of ${others.join(', ')}`;
    return {
      finding: {
        ...{ step, outcome: 'failed', side: 'machine' },
        text: `no entry of matchImages of ${names} matches ${image}${instead}`,
        command: commandText(command`$EDITOR ${own[0]?.file ?? ''}`),
        notes: [`Add to matchImages of ${names}:`, `  - "${image.split('/')[0]}"`, RESTART],
      },
    };
  }
  const { provider, pattern } = ours;
  const asked = `"${pattern}" of ${provider.name} matches`;
  if (others.length === 0) return { finding: { step, outcome: 'ok', text: asked }, provider };
  return {
    provider,
    finding: {
      step,
      outcome: 'warning',
      text: `${asked}, and so do entries of ${others.join(', ')}: the kubelet runs each of them, and tries what each gives`,
      command: commandText(command`$EDITOR ${provider.file}`),
      notes: [`To ask ecr-xacct alone, take such images out of the other's matchImages. ${RESTART}`],
    },
  };
}
