// The failures of a credential_process.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEV_SECRET } from '../../../fake-aws/two-account-world.ts';
import { HOST } from '../stage.ts';
import type { Failure } from './failure.ts';

/** A profile with this credential_process. */
function command(credential_process: string) {
  const files = () => ({
    config: { 'profile mine': { credential_process } },
    registries: { [HOST]: { profile: 'mine' } },
  });
  return { files, identity: 'profile mine' };
}

/** A profile whose credentials are printed by this command of a POSIX shell. */
function process(script: string): Pick<Failure, 'files' | 'identity' | 'hint'> {
  const hint = `to see it fail, run: sh -c 'cd / && exec setsid --wait aws sts get-caller-identity --profile "$0" </dev/null' mine`;
  return { ...command(`sh -c "${script}"`), hint };
}

const FULL_PATH = 'with its full path, run: aws configure set credential_process COMMAND --profile mine';

export const processFailures: readonly Failure[] = [
  {
    what: 'A credential_process that fails and shows a secret',
    ...process(`echo ${DEV_SECRET} | tee /dev/stderr; exit 1`),
    says: /its credential_process failed \(exit status 1\)/,
  },
  {
    what: 'A credential_process that is ended from outside',
    ...process('kill -9 $$'),
    says: /its credential_process was ended by SIGKILL/,
  },
  {
    what: 'A credential_process that a shell would run and the AWS CLI does not',
    ...process('exit 1'),
    ...command('exit 1 | cat'),
    says: /its credential_process is to run exit, not found on PATH=/,
    hint: FULL_PATH,
  },
  {
    what: 'A credential_process that begins with a secret in a variable',
    ...process('exit 1'),
    ...command(`VAULT_TOKEN=${DEV_SECRET} vend`),
    says: /its credential_process is to run what is not a program: it runs without a shell/,
    hint: FULL_PATH,
  },
  {
    what: 'A credential_process with a quote that is not ended',
    ...process('exit 1'),
    ...command(`sh -c "exit 1`),
    says: /its credential_process has a quote or a backslash without its end/,
  },
  {
    what: 'A credential_process that prints a secret and no JSON',
    ...process(`echo ${DEV_SECRET}`),
    says: /its credential_process printed invalid JSON/,
  },
  {
    what: 'A credential_process of another version',
    ...process(`echo '{\\"Version\\":2}'`),
    says: /printed JSON without "Version": 1/,
  },
  {
    what: 'A credential_process without keys',
    ...process(`echo '{\\"Version\\":1}'`),
    says: /printed JSON without AccessKeyId and SecretAccessKey/,
  },
  {
    what: 'A credential_process whose keys have expired',
    ...process(
      `echo '{\\"Version\\":1,\\"AccessKeyId\\":\\"A\\",\\"SecretAccessKey\\":\\"s\\",\\"SessionToken\\":\\"t\\",\\"Expiration\\":\\"2020-01-01T00:00:00Z\\"}'`,
    ),
    says: /its credential_process returned expired credentials/,
  },
  {
    what: 'A credential_process that prints without end',
    ...process('yes'),
    says: /its credential_process printed more than 1 MiB/,
  },
  {
    what: 'A credential_process that hangs',
    ...process('sleep 60'),
    env: () => ({ ECR_XACCT_TIMEOUT: '5' }),
    says: /its credential_process did not end within 5 s/,
    hint: 'to wait longer, run: export ECR_XACCT_TIMEOUT=10',
  },
  {
    what: 'A credential_process that ends, but leaves behind what holds its output',
    ...process('sleep 600 & echo {}'),
    env: () => ({ ECR_XACCT_TIMEOUT: '5' }),
    says: /its credential_process ended, but something that it started kept its output open and did not end within 5 s/,
    hint: 'start that with >/dev/null 2>&1; to see it, run: aws configure get credential_process --profile mine',
  },
  {
    what: 'A credential_process that is not on the PATH',
    ...command('aws-sso-process --profile mine'),
    says: /its credential_process is to run aws-sso-process, not found on PATH=\S+:\/usr\/bin:\/bin;/,
    hint: FULL_PATH,
  },
  {
    what: 'A credential_process at a path where nothing is',
    ...command('"/opt/no such/process" --json'),
    says: /its credential_process is to run \/opt\/no such\/process, which does not exist/,
    hint: 'run: aws configure set credential_process COMMAND --profile mine',
  },
  {
    what: 'A credential_process that is a folder',
    ...command('/opt'),
    says: /its credential_process is to run \/opt, which is no program/,
    hint: 'run: aws configure set credential_process COMMAND --profile mine',
  },
  {
    what: 'A credential_process at a path that is not executable',
    identity: 'profile mine',
    files: ({ product }) => command(`${product.folder}/vend --json`).files(),
    prepare: ({ product }) => writeFile(join(product.folder, 'vend'), '#!/bin/sh\n'),
    says: /its credential_process is to run FOLDER\/vend, which is not executable/,
    hint: 'run: chmod +x FOLDER/vend',
  },
  {
    what: 'A credential_process on the PATH that is not executable',
    ...command('vend-keys --json'),
    prepare: ({ product }) => writeFile(join(product.folder, 'vend-keys'), '#!/bin/sh\n'),
    env: ({ product }) => ({ PATH: `${product.folder}:${product.env.PATH}` }),
    says: /its credential_process is to run FOLDER\/vend-keys, which is not executable/,
    hint: 'run: chmod +x FOLDER/vend-keys',
  },
  {
    what: 'A credential_process whose keys expire in no time zone',
    ...process(
      `echo '{\\"Version\\":1,\\"AccessKeyId\\":\\"A\\",\\"SecretAccessKey\\":\\"s\\",\\"Expiration\\":\\"2099-01-01T00:00:00\\"}'`,
    ),
    says: /its credential_process printed JSON whose Expiration is not a date with a time zone/,
  },
];
