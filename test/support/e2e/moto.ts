// Runs moto, the fake AWS of another project: its server on loopback, and the tests' accounts in it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { CreateRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { type AccessKey, REGION } from '../../fake-aws/two-account-world.ts';
import { builtPeer } from '../peers.ts';

/** Disposing ends the server. */
export interface Moto extends AsyncDisposable {
  readonly url: string;
  /** A user of moto's own account, who may assume every role. */
  readonly dev: AccessKey;
  /** Another user, without rights. */
  readonly stranger: AccessKey;
}

/** Moto's own account, with the users. */
export const USERS_ACCOUNT = '123456789012';
/**
 * It has the repository `team/app`, and the roles `Owner`, who may do everything in ECR and assume roles, and `Puller`.
 */
export const IMAGES_ACCOUNT = '111122223333';
/** It has the role `Puller`. */
export const LAST_ACCOUNT = '222233334444';

type Credentials = AccessKey & { sessionToken?: string };

/** Starts and fills the server. From then on, it checks signatures and identity policies. */
export async function startMoto(): Promise<Moto> {
  // Without this machine's proxies and endpoints.
  const env = { PATH: '/usr/bin:/bin', PYTHONUNBUFFERED: '1' };
  const server = spawn(builtPeer('moto'), ['-H', '127.0.0.1', '-p', '0'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const stop = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
  };
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let log = '';
      // Reading continues after it is ready: a full pipe would stop it.
      server.stderr.setEncoding('utf8').on('data', (text: string) => {
        log = `${log}${text}`.slice(-4_000);
        const running = /Running on (http:\S+)/.exec(log)?.[1];
        if (running !== undefined) resolve(running);
      });
      server.once('error', reject);
      server.once('exit', () => reject(new Error(`moto ended before it was ready:\n${log}`)));
    });
    const users = await fill(url);
    await fetch(`${url}/moto-api/reset-auth`, { method: 'POST', body: '0' });
    return { url, ...users, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function fill(endpoint: string): Promise<Pick<Moto, 'dev' | 'stranger'>> {
  const unchecked = { accessKeyId: 'AKIAFAKE', secretAccessKey: 'not-checked-yet' };
  const iam = new IAMClient({ region: REGION, endpoint, credentials: unchecked });
  const dev = await makeUser(iam, 'dev');
  const stranger = await makeUser(iam, 'stranger');
  const allowed = rights('sts:AssumeRole', 'ecr:GetAuthorizationToken');
  await iam.send(new PutUserPolicyCommand({ UserName: 'dev', PolicyName: 'dev', PolicyDocument: allowed }));
  const sts = new STSClient({ region: REGION, endpoint, credentials: unchecked });
  for (const account of [IMAGES_ACCOUNT, LAST_ACCOUNT]) {
    const credentials = await enter(sts, account);
    const there = new IAMClient({ region: REGION, endpoint, credentials });
    await makeRole(there, 'Puller', rights('ecr:GetAuthorizationToken'));
    if (account === LAST_ACCOUNT) continue;
    await makeRole(there, 'Owner', rights('ecr:*', 'sts:AssumeRole'));
    const ecr = new ECRClient({ region: REGION, endpoint, credentials });
    await ecr.send(new CreateRepositoryCommand({ repositoryName: 'team/app' }));
  }
  return { dev, stranger };
}

/** Moto has every account, and allows everything until it checks policies. So the role need not exist. */
async function enter(sts: STSClient, account: string): Promise<Credentials> {
  const RoleArn = `arn:aws:iam::${account}:role/Anyone`;
  const { Credentials: given } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'setup' }));
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = given ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

async function makeUser(iam: IAMClient, UserName: string): Promise<AccessKey> {
  await iam.send(new CreateUserCommand({ UserName }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: key?.AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '' };
}

async function makeRole(iam: IAMClient, RoleName: string, PolicyDocument: string): Promise<void> {
  const trust = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${USERS_ACCOUNT}:root` } };
  const AssumeRolePolicyDocument = document({ ...trust, Action: 'sts:AssumeRole' });
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: RoleName, PolicyDocument }));
}

function rights(...Action: string[]): string {
  return document({ Effect: 'Allow', Action, Resource: '*' });
}

function document(statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}
