// ECR's calls about policies of repositories and of the registry, the policy scope, and the list of repositories.
import type { Account } from './account.ts';
import { decide, repositoryAttempt } from './authorization.ts';
import { AwsError } from './aws-error.ts';
import {
  demand,
  demandRegistry,
  demandRepository,
  ownerOf,
  pageOf,
  repositoryOf,
  required,
} from './ecr-call.ts';
import { checkRegistryPolicy, checkRepositoryPolicy, invalidParameter } from './ecr-policy-validation.ts';
import type { PolicyHolder } from './resource-policy.ts';
import { printedByEcr } from './resource-policy.ts';
import type { Service, SignedCall } from './service.ts';

const SCOPE_SETTING = 'REGISTRY_POLICY_SCOPE';

/** By the names of the API. */
export const policyCalls: Service['signed'] = {
  GetRepositoryPolicy: getRepositoryPolicy,
  SetRepositoryPolicy: setRepositoryPolicy,
  DeleteRepositoryPolicy: deleteRepositoryPolicy,
  GetRegistryPolicy: getRegistryPolicy,
  PutRegistryPolicy: putRegistryPolicy,
  DeleteRegistryPolicy: deleteRegistryPolicy,
  GetAccountSetting: getAccountSetting,
  PutAccountSetting: putAccountSetting,
  DescribeRepositories: describeRepositories,
};

function getRepositoryPolicy(call: SignedCall): object {
  const { owner, name, repository } = demandRepository(call, 'ecr:GetRepositoryPolicy');
  return { registryId: owner.id, repositoryName: name, policyText: policyOf(call, owner, name, repository) };
}

function deleteRepositoryPolicy(call: SignedCall): object {
  const { owner, name, repository } = demandRepository(call, 'ecr:DeleteRepositoryPolicy');
  const policyText = policyOf(call, owner, name, repository);
  repository.policyText = undefined;
  return { registryId: owner.id, repositoryName: name, policyText };
}

function setRepositoryPolicy(call: SignedCall): object {
  const action = 'ecr:SetRepositoryPolicy';
  const { owner, name, repository } = demandRepository(call, action);
  const text = required(call.parameters, 'policyText');
  const written = checkRepositoryPolicy(call.world, text, repository);
  if (call.parameters.force !== true) {
    const next = decide(call.caller, repositoryAttempt(owner, call.region, name, action, written));
    if (!next.allowed && next.explicit) {
      throw invalidParameter('PolicyText', 'The policy would prevent you from setting another policy');
    }
  }
  repository.policyText = text;
  return { registryId: owner.id, repositoryName: name, policyText: policyOf(call, owner, name, repository) };
}

function getRegistryPolicy(call: SignedCall): object {
  const owner = demandRegistry(call, 'ecr:GetRegistryPolicy');
  return { registryId: owner.id, policyText: registryPolicyOf(call, owner) };
}

function deleteRegistryPolicy(call: SignedCall): object {
  const owner = demandRegistry(call, 'ecr:DeleteRegistryPolicy');
  const policyText = registryPolicyOf(call, owner);
  owner.registry(call.region).policyText = undefined;
  return { registryId: owner.id, policyText };
}

function putRegistryPolicy(call: SignedCall): object {
  const owner = demandRegistry(call, 'ecr:PutRegistryPolicy');
  const text = required(call.parameters, 'policyText');
  checkRegistryPolicy(call.world, text, owner, call.region);
  owner.registry(call.region).policyText = text;
  return { registryId: owner.id, policyText: registryPolicyOf(call, owner) };
}

function getAccountSetting(call: SignedCall): object {
  const owner = demandRegistry(call, 'ecr:GetAccountSetting');
  return { name: scopeSetting(call), value: owner.registry(call.region).policyScope };
}

/** V1 can still be read, but the API accepts only V2. */
function putAccountSetting(call: SignedCall): object {
  const owner = demandRegistry(call, 'ecr:PutAccountSetting');
  const name = scopeSetting(call);
  if (required(call.parameters, 'value') !== 'V2') {
    throw invalidParameter('value', `Member must satisfy enum value set for ${name}: [V2]`);
  }
  owner.registry(call.region).policyScope = 'V2';
  return { name, value: 'V2' };
}

function describeRepositories(call: SignedCall): object {
  const owner = ownerOf(call);
  const { repositoryNames } = call.parameters;
  const action = 'ecr:DescribeRepositories';
  const describe = (name: string) => ({
    repositoryArn: repositoryAttempt(owner, call.region, name, action).resource,
    registryId: owner.id,
    repositoryName: name,
    repositoryUri: `${owner.id}.dkr.ecr.${call.region}.amazonaws.com/${name}`,
  });
  if (Array.isArray(repositoryNames)) {
    for (const name of repositoryNames) demand(call, repositoryAttempt(owner, call.region, name, action));
    for (const name of repositoryNames) repositoryOf(call, owner, name);
    return { repositories: repositoryNames.map(describe) };
  }
  demand(call, repositoryAttempt(owner, call.region, '*', action));
  const names = [...owner.registry(call.region).repositories.keys()].toSorted();
  const { page, ...more } = pageOf(call, names);
  return { repositories: page.map(describe), ...more };
}

function policyOf(call: SignedCall, owner: Account, name: string, repository: PolicyHolder): string {
  const place = `the repository with name '${name}' in the registry with id '${owner.id}'`;
  const absent = `Repository policy does not exist for ${place}`;
  return textOf(call, repository, new AwsError('RepositoryPolicyNotFoundException', 400, absent));
}

function registryPolicyOf(call: SignedCall, owner: Account): string {
  const absent = `Registry policy does not exist in the registry with id '${owner.id}'`;
  const refusal = new AwsError('RegistryPolicyNotFoundException', 400, absent);
  return textOf(call, owner.registry(call.region), refusal);
}

function textOf({ world, caller }: SignedCall, { policyText }: PolicyHolder, absent: AwsError): string {
  if (policyText === undefined) throw absent;
  return world.reprintsPolicies ? printedByEcr(policyText, caller.principal.account.partition) : policyText;
}

function scopeSetting({ parameters }: SignedCall): string {
  const name = required(parameters, 'name');
  if (name !== SCOPE_SETTING) throw new Error(`the account setting ${name} is not modelled`);
  return name;
}
