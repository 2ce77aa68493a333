// The conclusion of an explanation: the identity, or why there is none, and the one command that fixes it.
import type { Explanation } from '../helper/explain.ts';
import { command, type Hint } from '../hint.ts';
import type { SignIn } from './sign-in.ts';

export interface Conclusion {
  /** Left out if no identity can be used. */
  identity?: string;
  /** Why there is none, if the steps do not show it. */
  why?: string;
  fix?: Hint;
  /** The sign-in that the identity needs. */
  signIn?: SignIn;
  /** How to see more. */
  see?: Hint;
}

/** What the conclusion depends on of this machine; checked only if needed. */
export interface Machine {
  /** Whether it may have a metadata service that provides a role. */
  isInstance: boolean;
  hasProfiles: boolean;
}

/** `explanation` must have a registry. */
export function conclusionOf(explanation: Explanation, machine: Machine): Conclusion {
  const { hostname, registry, candidates, chosen, login, error, passedOver = [], unknown } = explanation;
  if (error !== undefined) return { why: error.message, ...(error.hint && { fix: error.hint }) };
  if (login !== undefined) return { identity: `the credential that docker login brought (${login})` };
  const candidate = candidates[chosen ?? 0];
  const halfWritten = passedOver.find(({ fix }) => fix !== undefined)?.fix;
  const { account, region } = registry ?? {};
  const pattern =
    account === undefined || region === undefined ? hostname : hostname.replace(`.${region}.`, '.*.');
  const whose = account === undefined ? 'that may use it' : `that may use account ${account}`;
  const fix = () =>
    halfWritten ??
    (machine.hasProfiles
      ? { say: `with a profile ${whose}`, run: command`ecr-xacct rule add ${pattern} --profile ${'NAME'}` }
      : { say: `to write a profile ${whose}`, run: command`aws configure sso` });
  const asks = {
    why: 'AWS has not been asked yet',
    fix: { run: command`ecr-xacct explain --mint ${hostname}` },
  };
  const isUnasked = unknown.length > 0 && halfWritten === undefined;
  if (candidate === undefined) return isUnasked ? asks : { fix: fix() };
  const { identity, problem, fix: own, isOfPods } = candidate;
  if (isOfPods) return { identity, see: seePod(hostname) };
  if (problem !== undefined) return { why: `${identity} cannot be used`, fix: own ?? fix() };
  if (isOfInstance(explanation) && !machine.isInstance) {
    if (isUnasked) return asks;
    return { why: 'nothing else is configured, and this machine is no EC2 instance', fix: fix() };
  }
  return { identity };
}

/** The identity of a pod depends on its service account. */
export function seePod(hostname?: string): Hint {
  const image = hostname === undefined ? 'IMAGE' : `${hostname}/NAME:TAG`;
  return { say: 'to see what a pod gets', run: command`ecr-xacct doctor --for kubelet ${image}` };
}

function isOfInstance({ candidates, chosen, steps }: Explanation): boolean {
  const { chain = [], token } = candidates[chosen ?? 0] ?? {};
  const step = steps.find(({ outcome }) => outcome === 'yes')?.step;
  return (
    step === 'default' && token === undefined && chain.length === 1 && chain[0] === "the EC2 instance's role"
  );
}
