// Reads and writes the policies of a registry and of its repositories, as the identity of the job.
import type {
  Outcome,
  PolicyPut,
  PolicyPutAnswer,
  PolicyScope,
  Questions,
  RegistryPolicies,
} from '../questions.ts';
import { answeredOr, noneIf, withEcr } from './ask-ecr.ts';
import { createEcrPolicyCalls, type EcrPolicyCalls } from './calls/ecr-policy-calls.ts';
import type { Asking, AwsContext } from './with-credentials.ts';

/** Reads each part on its own: an identity may be allowed to read a repository's policy but not the registry's. */
export function readPolicies(
  asking: Asking,
  { repository }: Questions['policies']['input'],
): Promise<Outcome<RegistryPolicies>> {
  return withCalls(asking, async (calls, explain) => {
    const answered = <T>(call: Promise<T>) => answeredOr(call, explain);
    const policyOf = async (name: string) => ({
      name,
      policy: await answered(noneIf('RepositoryPolicyNotFoundException', calls.repositoryPolicy(name))),
    });
    const repositories = async (): Promise<RegistryPolicies['repositories']> => {
      if (repository === undefined) return { value: [] };
      if (repository !== '*') return { value: [await policyOf(repository)] };
      const names = await answered(allRepositories(calls));
      return 'error' in names ? names : { value: await mapSome(names.value, policyOf) };
    };
    const registryPolicy = noneIf('RegistryPolicyNotFoundException', calls.registryPolicy());
    const [registry, scope, policies] = await Promise.all([
      answered(registryPolicy),
      answered(calls.policyScope().then(readScope)),
      repositories(),
    ]);
    return { registry, scope, repositories: policies };
  });
}

/**
 * ECR has no version to compare at a write. The policy is read just before the write, so only another program's change
 * within these milliseconds is overwritten.
 */
export function putPolicy(
  asking: Asking,
  { repository, expected, text }: PolicyPut,
): Promise<Outcome<PolicyPutAnswer>> {
  return withCalls(asking, async (calls): Promise<PolicyPutAnswer> => {
    const { read, write, remove } = policyCalls(calls, repository);
    const before = await read();
    if (before !== expected) return { outcome: 'changed', now: before };
    if (text !== undefined) await write(text);
    // Another writer may have deleted it meanwhile.
    else if (before !== undefined) await noneIf(ABSENT, remove());
    return { outcome: 'written', now: await read() };
  });
}

export function upgradePolicyScope(asking: Asking): Promise<Outcome<{ scope: PolicyScope }>> {
  return withCalls(asking, async (calls) => ({ scope: readScope(await calls.putPolicyScope('V2')) }));
}

const ABSENT = /^(?:Registry|Repository)PolicyNotFoundException$/;

function policyCalls(calls: EcrPolicyCalls, repository: string | undefined) {
  return repository === undefined
    ? {
        read: () => noneIf(ABSENT, calls.registryPolicy()),
        write: (text: string) => calls.putRegistryPolicy(text),
        remove: () => calls.deleteRegistryPolicy(),
      }
    : {
        read: () => noneIf(ABSENT, calls.repositoryPolicy(repository)),
        write: (text: string) => calls.setRepositoryPolicy(repository, text),
        remove: () => calls.deleteRepositoryPolicy(repository),
      };
}

/** AWS returns no value for a registry that has never chosen a scope. */
function readScope(value: string | undefined): PolicyScope {
  return value === 'V2' ? 'V2' : 'V1';
}

async function allRepositories(calls: EcrPolicyCalls): Promise<string[]> {
  const all: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await calls.repositories(nextToken);
    all.push(...page.names);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return all.sort();
}

/** As many parallel requests as ECR's rate limits allow without a wait. */
const AT_ONCE = 8;

async function mapSome<T, U>(items: readonly T[], each: (item: T) => Promise<U>): Promise<U[]> {
  const results: U[] = [];
  const waiting = [...items.entries()];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, item] = next;
      results[index] = await each(item);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

function withCalls<T>(
  asking: Asking,
  use: (calls: EcrPolicyCalls, explain: AwsContext['explain']) => Promise<T>,
): Promise<Outcome<T>> {
  return withEcr(asking, (config, registryId, explain) =>
    use(createEcrPolicyCalls(config, registryId), explain),
  );
}
