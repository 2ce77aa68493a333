// Why an image is missing: it is archived, or the first push or pull creates it. The registry protocol does not say.
import type { AwsCaller } from '../callers/ask-as.ts';
import type { CallersOf } from '../callers/callers-of.ts';
import { orError, XacctError } from '../errors.ts';
import { command, commandText } from '../hint.ts';
import { type Principal, principalOf } from '../policy/principal.ts';
import type { CacheRule, CreationTemplate, ImageState } from '../questions.ts';
import { repositoryArn, type Wanted } from './caller-rights.ts';
import { administratorOf, inlinePolicy } from './denied-finding.ts';
import type { DeniedFinding } from './finding.ts';
import type { ImageName } from './registry-api/image-name.ts';

export interface AbsentImage {
  image: ImageName;
  wanted: Wanted;
  /** The ARN of the caller that pulls; undefined if it is not known. */
  callerArn: string | undefined;
  callersOf: CallersOf;
  /** The caller that pulls; undefined if there is no such caller. @throws XacctError */
  puller: () => Promise<AwsCaller | undefined>;
}

/** What is known of the image, and the profile of the registry's account that could read it, if any. */
interface Known {
  status?: 'ACTIVE' | 'ARCHIVED' | 'ACTIVATING' | undefined;
  templates?: readonly CreationTemplate[];
  cacheRules?: readonly CacheRule[];
  ownersProfile?: string;
}

/** Returns the finding unchanged if nothing more is known. */
export async function examinedAbsence(finding: DeniedFinding, absent: AbsentImage): Promise<DeniedFinding> {
  if (finding.lacks === undefined) return finding;
  const known = await knownOf(absent);
  const { repository, push } = absent.wanted;
  if (finding.lacks === 'image') {
    if (known.status === 'ARCHIVED') return archived(finding, absent, known);
    if (known.status === 'ACTIVATING') return restoring(finding, absent);
    const rule = covering(known.cacheRules, repository);
    return rule === undefined ? finding : notImported(finding, absent, rule);
  }
  const template = covering(known.templates, repository);
  if (push && template?.appliedFor.includes('CREATE_ON_PUSH')) {
    return madeByPush(finding, absent, template);
  }
  const rule = covering(known.cacheRules, repository);
  return rule === undefined || push ? finding : notMade(finding, absent, rule);
}

/** A denial stays a denial: the registry's policy for the repository's name still applies. */
function madeByPush(
  { step, principal }: DeniedFinding,
  { wanted }: AbsentImage,
  { prefix }: CreationTemplate,
): DeniedFinding {
  const { hostname, account } = wanted.registry;
  const text = `the repository does not exist yet: the first push makes it, by the creation template ${prefix}`;
  const made = { step, lacks: 'repository' } as const;
  const who = principalOf(principal ?? '')?.account;
  if (who === undefined || who === account) return { ...made, outcome: 'ok', text };
  const below = prefix === 'ROOT' ? '*' : `${prefix.replace(/\/$/, '')}/*`;
  return {
    ...made,
    outcome: 'unknown',
    text: `${text}, if the registry's policy lets ${who} push there`,
    by: administratorOf(account),
    command: commandText(command`ecr-xacct grant ${who} --on ${`${hostname}/${below}`} --push`),
  };
}

/** Asks as the caller that pulls, then as the registry's own callers until everything is known. */
async function knownOf({ image, wanted, callersOf, puller }: AbsentImage): Promise<Known> {
  const { account } = wanted.registry;
  const { reference, isDigest } = image;
  let known: Known = {};
  const look = async (caller: AwsCaller) => {
    const input = { repository: wanted.repository, reference, isDigest };
    const state = await orError(() => caller.ask('image-state', input));
    if (!(state instanceof XacctError)) known = { ...partsOf(state, caller, account), ...known };
  };
  const first = await orError(puller);
  if (first !== undefined && !(first instanceof XacctError)) await look(first);
  for await (const owner of callersOf(account)) {
    if ('status' in known && known.templates && known.cacheRules) break;
    await look(owner);
  }
  return known;
}

/** AWS lists the creation templates of the caller's own registry only. */
function partsOf(
  { status, templates, cacheRules }: ImageState,
  { caller, profile }: AwsCaller,
  account: string,
): Known {
  const isOwner = caller.account === account;
  return {
    ...('error' in status ? {} : { status: status.value }),
    ...('error' in templates || !isOwner ? {} : { templates: templates.value }),
    ...('error' in cacheRules ? {} : { cacheRules: cacheRules.value }),
    ...(isOwner && profile !== undefined ? { ownersProfile: profile } : {}),
  };
}

/** The entry with the longest matching prefix. A prefix ends at a slash, written or not; `ROOT` matches the rest. */
function covering<T extends { prefix: string }>(all: readonly T[] = [], repository: string): T | undefined {
  const length = ({ prefix }: T) => (prefix === 'ROOT' ? 0 : prefix.length);
  return all
    .filter(({ prefix }) => prefix === 'ROOT' || repository.startsWith(`${prefix.replace(/\/$/, '')}/`))
    .toSorted((one, other) => length(other) - length(one))[0];
}

function archived({ step }: DeniedFinding, { image, wanted }: AbsentImage, known: Known): DeniedFinding {
  const { account, region } = wanted.registry;
  const { repository, reference, isDigest } = image;
  const id = `${isDigest ? 'imageDigest' : 'imageTag'}=${reference}`;
  const as = known.ownersProfile === undefined ? [] : ['--profile', known.ownersProfile];
  const at = ['--region', region, '--registry-id', account, '--repository-name', repository];
  return {
    step,
    outcome: 'failed',
    side: 'image',
    text: `${repository} has ${reference} only in its archive, and ECR does not serve a pull from there`,
    ...(as.length === 0 && { by: administratorOf(account) }),
    command: commandText(
      command`aws ecr update-image-storage-class ${at} --image-id ${id} --target-storage-class STANDARD ${as}`,
    ),
    notes: ['It takes some minutes. Pushing the image again restores it, too.'],
  };
}

function restoring({ step }: DeniedFinding, { image }: AbsentImage): DeniedFinding {
  return {
    step,
    outcome: 'failed',
    side: 'image',
    text: `${image.repository} is getting ${image.reference} back from its archive`,
    notes: ['It takes some minutes: wait, and run the same command again.'],
  };
}

const IMPORT = 'ecr:BatchImportUpstreamImage';
const MAKE = 'ecr:CreateRepository';

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html */
function notMade(finding: DeniedFinding, absent: AbsentImage, rule: CacheRule): DeniedFinding {
  const { image, callerArn } = absent;
  const who = callerArn ?? 'the caller';
  return {
    ...finding,
    side: 'caller',
    text: `${image.hostname} has no repository ${image.repository} yet: the first pull makes it, by ${ruleText(rule)}, if ${who} may do ${MAKE} and ${IMPORT}`,
    ...rightsFor([MAKE, IMPORT], absent),
  };
}

function notImported(finding: DeniedFinding, absent: AbsentImage, rule: CacheRule): DeniedFinding {
  const { image, callerArn } = absent;
  const who = callerArn ?? 'the caller';
  return {
    ...finding,
    text: `${image.repository} has no ${image.reference} from ${ruleText(rule)}: it is not there either, or ${who} may not do ${IMPORT}`,
    ...rightsFor([IMPORT], absent),
  };
}

function ruleText({ prefix, upstream }: CacheRule): string {
  return `the pull through cache rule ${prefix} (${upstream})`;
}

/** The caller's own policies apply; the registry's policy must also allow a caller of another account. */
function rightsFor(
  actions: readonly string[],
  { wanted, callerArn }: AbsentImage,
): Pick<DeniedFinding, 'command' | 'by' | 'notes'> {
  const who: Principal | undefined = principalOf(callerArn ?? '');
  const account = who?.account;
  const isForeign = account !== undefined && account !== wanted.registry.account;
  const needed = `It needs ${actions.join(' and ')} on ${repositoryArn(wanted)}.`;
  const theirs = `The registry's policy must allow it, too: see ecr-xacct access ${wanted.registry.hostname}`;
  const fix = inlinePolicy(who, actions, repositoryArn(wanted));
  return {
    by: administratorOf(account ?? wanted.registry.account),
    ...(fix && { command: fix }),
    notes: [...(fix === undefined ? [needed] : []), ...(isForeign ? [theirs] : [])],
  };
}
