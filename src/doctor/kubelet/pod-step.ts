// The step of doctor for a pod: the token and annotations of its service account, as the kubelet would send them.
import { childEnvironment } from '../../caller-environment.ts';
import { attempt, orError, printable, XacctError } from '../../errors.ts';
import { type Command, command, commandText } from '../../hint.ts';
import { ROLE_ANNOTATIONS, readServiceAccount, type ServiceAccount } from '../../identity/service-account.ts';
import { type Invocation, waitingFor } from '../../invocation.ts';
import { isRecord } from '../../is-record.ts';
import type { CredentialProvider } from '../../kubelet/read-provider-config.ts';
import { findProgram } from '../../os/find-program.ts';
import { readSmallFile, whyUnreadable } from '../../os/small-file.ts';
import { type Finding, failedFinding } from '../finding.ts';
import type { KubeletOptions } from '../options.ts';

/** What the kubelet sends for a pod. */
export interface PodRequest {
  serviceAccountToken: string;
  serviceAccountAnnotations: Readonly<Record<string, string>>;
  account: ServiceAccount;
}

type Annotations = Readonly<Record<string, string>>;

const step = 'service-account';

/**
 * Undefined if no service account is given and none is needed.
 * @param wanted the rule that needs it, as in `rule "…" (config.yaml:3)`.
 */
export async function podStep(
  provider: CredentialProvider,
  wanted: string | undefined,
  options: KubeletOptions,
  invocation: Invocation,
): Promise<{ finding: Finding; pod?: PodRequest; isEnd?: true } | undefined> {
  const { name, file, tokenAttributes } = provider;
  const isGiven = options.serviceAccount !== undefined || options.tokenFile !== undefined;
  if (tokenAttributes === undefined) {
    if (!isGiven && wanted === undefined) return undefined;
    const why = wanted === undefined ? '' : `, which ${wanted} needs`;
    const text = `the kubelet gives the plugin no token of a pod${why}: ${name} in ${file} has no tokenAttributes`;
    return { finding: failed(text, command`ecr-xacct kubelet config`) };
  }
  if (!isGiven) {
    const isNeeded = wanted !== undefined || tokenAttributes.requireServiceAccount;
    const text = isNeeded
      ? 'the plugin is run for a pod only, and no service account is named'
      : 'none is named: the check goes on as for a static pod, which has none';
    const notes = ['To go on as a pod, add: --service-account NAMESPACE/NAME'];
    return { finding: { step, outcome: 'unknown', text, notes }, ...(isNeeded && { isEnd: true }) };
  }
  const found = await orError(() => lookUp(tokenAttributes.serviceAccountTokenAudience, options, invocation));
  if (found instanceof XacctError) return { finding: failedFinding(step, found, 'machine') };
  return asSent(found, tokenAttributes);
}

function failed(text: string, run: Command): Finding {
  return { step, outcome: 'failed', side: 'machine', text, command: commandText(run) };
}

interface FoundToken {
  token: string;
  annotations: Annotations;
}

/** The kubelet sends only the annotations that its config lists. */
function asSent(
  { token, annotations }: FoundToken,
  attributes: NonNullable<CredentialProvider['tokenAttributes']>,
): { finding: Finding; pod?: PodRequest } {
  const { requiredServiceAccountAnnotationKeys: required = [] } = attributes;
  const { optionalServiceAccountAnnotationKeys: optional = [] } = attributes;
  const serviceAccountAnnotations = Object.fromEntries(
    Object.entries(annotations).filter(([key]) => [...required, ...optional].includes(key)),
  );
  const account = attempt(() => readServiceAccount(token, serviceAccountAnnotations));
  if (account instanceof XacctError) return { finding: failedFinding(step, account, 'machine') };
  const { namespace, name, audience, role_arn } = account;
  const who = `${namespace}/${name}`;
  const missing = required.find((key) => annotations[key] === undefined);
  if (missing !== undefined) {
    const text = `${who} has no annotation ${missing}, without which the kubelet runs no plugin for it (requiredServiceAccountAnnotationKeys)`;
    const run = command`kubectl annotate serviceaccount ${name} --namespace ${namespace} ${`${missing}=VALUE`}`;
    return { finding: failed(text, run) };
  }
  const unsent = ROLE_ANNOTATIONS.find((key) => annotations[key] !== undefined);
  if (role_arn === undefined && unsent !== undefined) {
    const text = `${who} has its role in the annotation ${unsent}, which the kubelet does not send: no list of tokenAttributes has it`;
    return { finding: failed(text, command`ecr-xacct kubelet config`) };
  }
  const pod = { serviceAccountToken: token, serviceAccountAnnotations, account };
  const wanted = attributes.serviceAccountTokenAudience;
  if (!audience.split(' ').includes(wanted)) {
    const text = `the token of ${who} is for ${audience}; the kubelet asks for one for ${wanted}`;
    return { finding: { step, outcome: 'warning', text }, pod };
  }
  const role = role_arn === undefined ? 'no role in its annotations' : `role ${role_arn}`;
  return { finding: { step, outcome: 'ok', text: `${who}, for ${wanted}, ${role}` }, pod };
}

/** From the file and the options; kubectl provides the rest. @throws XacctError */
async function lookUp(
  audience: string,
  { serviceAccount, tokenFile, annotation }: KubeletOptions,
  invocation: Invocation,
): Promise<FoundToken> {
  const given = annotation && Object.fromEntries(annotation.map(partsOf));
  if (tokenFile !== undefined) {
    const token = tokenIn(tokenFile);
    const { namespace, name } = readServiceAccount(token, {});
    return { token, annotations: given ?? (await annotationsOf(namespace, name, invocation)) };
  }
  const [namespace = '', name = ''] = serviceAccount?.split('/') ?? [];
  const annotations = given ?? (await annotationsOf(namespace, name, invocation));
  const args = command`create token ${name} --namespace ${namespace} --audience ${audience}`;
  return { token: (await kubectl(args, invocation)).trim(), annotations };
}

/** `KEY=VALUE` */
function partsOf(annotation: string): [key: string, value: string] {
  const at = annotation.indexOf('=');
  return [annotation.slice(0, at), annotation.slice(at + 1)];
}

function tokenIn(file: string): string {
  try {
    return readSmallFile(file).trim();
  } catch (cause) {
    throw new XacctError('file-access', `${file} cannot be read: ${whyUnreadable(cause)}`, {
      hint: { run: command`ls -l ${file}` },
      cause,
    });
  }
}

async function annotationsOf(namespace: string, name: string, invocation: Invocation): Promise<Annotations> {
  const args = command`get serviceaccount/${name} --namespace=${namespace} --output json`;
  const text = await kubectl(args, invocation);
  const found = attempt(() => JSON.parse(text) as unknown);
  const { metadata } = isRecord(found) ? found : {};
  const { annotations } = isRecord(metadata) ? metadata : {};
  const entries = Object.entries(isRecord(annotations) ? annotations : {});
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** Milliseconds. */
const KUBECTL_MS = 20_000;

/** Runs in the caller's environment, which selects the cluster. @returns its stdout. @throws XacctError */
async function kubectl(args: Command, invocation: Invocation): Promise<string> {
  const { env } = invocation;
  const program = findProgram('kubectl', env.PATH)?.path;
  if (program === undefined) {
    throw new XacctError('file-access', 'there is no kubectl on PATH', {
      hint: {
        say: 'get the token on a machine with kubectl, and add --token-file FILE --annotation KEY=VALUE',
      },
    });
  }
  const { runHelper } = await import('../../docker/fallback/helper-process.ts');
  const run = { program, args, input: '', env: childEnvironment(env), timeoutMs: KUBECTL_MS };
  const { end, status, stdout, stderr } = await waitingFor('Asking kubectl', invocation, () =>
    runHelper(run),
  );
  if (end === 'ended' && status === 0) return stdout.toString();
  // The earlier lines are about kubectl's cache, or repeat the last one.
  const said = stderr.toString().trim().split('\n').at(-1) ?? '';
  const why =
    end === 'timeout' ? `no answer in ${KUBECTL_MS / 1_000} s` : printable(said) || `exit status ${status}`;
  throw new XacctError(
    'process-failed',
    `kubectl ${args.slice(0, args[0] === 'get' ? 2 : 3).join(' ')}: ${why}`,
    {
      hint: { run: command`kubectl ${args}` },
    },
  );
}
