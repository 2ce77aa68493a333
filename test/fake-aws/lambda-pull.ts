// Whether AWS Lambda can pull a function's image: it needs rights for itself and for the function's account.
// https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#configuration-images-permissions
import { repositoryAttempt } from './authorization.ts';
import type { Requester } from './policy-evaluation.ts';
import { evaluate } from './policy-evaluation.ts';
import type { World } from './world.ts';

const ACTIONS = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const EVERYTHING = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } as const;

export interface LambdaPull {
  /** The account ID of the registry. */
  registry: string;
  region: string;
  repository: string;
  /** `arn:aws:lambda:REGION:ACCOUNT:function:NAME`. */
  functionArn: string;
}

/** True only within a region, if the policies name both the service, for this function, and the function's account. */
export function lambdaMayPull(world: World, pull: LambdaPull): boolean {
  const [, partition, , functionRegion, account = ''] = pull.functionArn.split(':');
  const owner = world.anyAccount(pull.registry);
  if (functionRegion !== pull.region) return false;
  if (!owner.registry(pull.region).repositories.has(pull.repository)) return false;
  const service: Requester = { arn: '', account: '', service: 'lambda.amazonaws.com' };
  const consumer: Requester = { arn: `arn:${partition}:iam::${account}:root`, account };
  const allows = (requester: Requester, action: string) => {
    const { resource, resourceSide } = repositoryAttempt(owner, pull.region, pull.repository, action);
    const isService = requester === service;
    const context = {
      'aws:PrincipalIsAWSService': String(isService),
      ...(isService
        ? { 'aws:SourceArn': pull.functionArn, 'aws:SourceAccount': account }
        : { 'aws:PrincipalAccount': account }),
    };
    return evaluate(
      { requester, action, resource, context },
      // The creator's own rights are checked in the other account.
      { identity: [EVERYTHING], scp: [], rcp: owner.rcp, ...(resourceSide && { resource: resourceSide }) },
    ).allowed;
  };
  return ACTIONS.every(
    (action) => allows(service, action) && (account === owner.id || allows(consumer, action)),
  );
}
