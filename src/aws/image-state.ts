// Reads what ECR knows about an image that cannot be pulled, and about the settings that would create its repository.
import type {
  Answered,
  CacheRule,
  CreationTemplate,
  ImageState,
  ImageStateInput,
  Outcome,
} from '../questions.ts';
import { answeredOr, noneIf, withEcr } from './ask-ecr.ts';
import { createEcrImageCalls, type ResultPage } from './calls/ecr-image-calls.ts';
import type { Asking } from './with-credentials.ts';

export function readImageState(
  asking: Asking,
  { repository, reference, isDigest }: ImageStateInput,
): Promise<Outcome<ImageState>> {
  return withEcr(asking, async (config, registryId, explain) => {
    const calls = createEcrImageCalls(config, registryId);
    const answered = <T>(call: Promise<T>) => answeredOr(call, explain);
    const id = isDigest ? { imageDigest: reference } : { imageTag: reference };
    const image = noneIf(/^(?:Image|Repository)NotFoundException$/, calls.image(repository, id));
    const [status, templates, cacheRules] = await Promise.all([
      answered(image.then((found) => found?.imageStatus)),
      answered(allOf(calls.creationTemplates)),
      answered(allOf(calls.cacheRules)),
    ]);
    return {
      status,
      templates: mapped(templates, ({ prefix = '', appliedFor = [] }): CreationTemplate => {
        return { prefix, appliedFor };
      }),
      cacheRules: mapped(cacheRules, ({ ecrRepositoryPrefix = '', upstreamRegistryUrl = '' }): CacheRule => {
        return { prefix: ecrRepositoryPrefix, upstream: upstreamRegistryUrl };
      }),
    };
  });
}

function mapped<T, U>(answer: Answered<readonly T[]>, change: (one: T) => U): Answered<U[]> {
  return 'error' in answer ? answer : { value: answer.value.map(change) };
}

/** The quota of an account fits on one or two pages. */
const MAX_PAGES = 20;

async function allOf<T>(pageAfter: (nextToken: string | undefined) => Promise<ResultPage<T>>): Promise<T[]> {
  const all: T[] = [];
  let nextToken: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = await pageAfter(nextToken);
    all.push(...page.items);
    nextToken = page.nextToken;
    if (nextToken === undefined) break;
  }
  return all;
}
