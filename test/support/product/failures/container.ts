// The failures of a container's or an EC2 instance's credential endpoint.
import { join } from 'node:path';
import { createCertificateAuthority } from '../../certificates.ts';
import { HOST, roleArn } from '../stage.ts';
import type { Failure } from './failure.ts';

const CHECK = 'check: env | grep AWS_CONTAINER';
const container = { files: () => ({}), identity: "the container's role", hint: CHECK };

/** A profile whose role is assumed with the machine's credentials. */
function source(credential_source: string): Pick<Failure, 'files' | 'identity'> {
  const files = () => ({
    config: { 'profile mine': { role_arn: roleArn('EcrPull'), credential_source } },
    registries: { [HOST]: { profile: 'mine' } },
  });
  return { files, identity: 'profile mine' };
}

export const containerFailures: readonly Failure[] = [
  {
    what: 'A container endpoint that refuses',
    ...container,
    env: ({ aws }) => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.url}/nothing` }),
    says: /the container credential endpoint http:\/\/ADDRESS refuses \(status 404\)/,
  },
  {
    what: 'A container endpoint that refuses a role of a profile',
    ...source('EcsContainer'),
    env: ({ aws }) => ({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.url}/federation/credentials`,
    }),
    says: /the container credential endpoint http:\/\/ADDRESS refuses \(status 401\)/,
    hint: CHECK,
  },
  {
    what: 'A container endpoint where nothing listens',
    ...container,
    env: () => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/secret-path' }),
    says: /cannot reach the container credential endpoint http:\/\/ADDRESS \(ECONNREFUSED\)/,
  },
  {
    what: 'A container endpoint with a certificate of an unknown authority',
    ...container,
    aws: async () => ({ tls: await (await createCertificateAuthority()).issue(['127.0.0.1']) }),
    env: ({ aws }) => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.url}/secret-path` }),
    says: /the container credential endpoint https:\/\/ADDRESS: the certificate of ADDRESS is signed by an unknown authority \(\w+\)/,
    hint: "with that authority's certificate, run: export NODE_EXTRA_CA_CERTS=/path/to/ca.pem",
  },
  {
    what: 'A container endpoint with a certificate of an unknown authority, where one more is named that is not there',
    ...container,
    aws: async () => ({ tls: await (await createCertificateAuthority()).issue(['127.0.0.1']) }),
    env: ({ aws }) => ({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.url}/secret-path`,
      NODE_EXTRA_CA_CERTS: '/nonexistent/ca.pem',
    }),
    says: /the container credential endpoint https:\/\/ADDRESS: the certificate of ADDRESS is signed by/,
    hint: 'NODE_EXTRA_CA_CERTS cannot be read; check: ls -l /nonexistent/ca.pem',
  },
  {
    what: 'A container endpoint that answers something else',
    ...container,
    // A path that the fake AWS serves.
    env: ({ aws }) => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.url}/federation/credentials` }),
    fault: { kind: 'malformed', service: 'sso', body: '{}' },
    says: /the container credential endpoint http:\/\/ADDRESS gave no credentials/,
  },
  {
    what: 'A container endpoint on a foreign host',
    ...container,
    env: () => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://collector.example/' }),
    says: /endpoint http:\/\/collector\.example is neither HTTPS nor on this machine, nor AWS's agent/,
  },
  {
    what: 'A container endpoint that is no URL',
    ...container,
    env: () => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: 'agent' }),
    says: /AWS_CONTAINER_CREDENTIALS_FULL_URI is not a URL/,
  },
  {
    what: "A pod's authorization token that cannot be read",
    ...container,
    env: ({ aws }) => ({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.url}/nothing`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/nonexistent/token',
    }),
    says: /cannot read the container authorization token \/nonexistent\/token/,
    hint: 'run: ls -l /nonexistent/token',
  },
  {
    what: "A pod's authorization token that is a pipe",
    ...container,
    prepare: ({ product }) => product.run(['mkfifo', join(product.folder, 'pipe')]),
    env: ({ aws, product }) => ({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.url}/nothing`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: join(product.folder, 'pipe'),
    }),
    says: /cannot read the container authorization token FOLDER\/pipe: it is a pipe/,
    hint: 'run: ls -l FOLDER/pipe',
  },
  {
    what: 'A credential_source EcsContainer outside of a container',
    ...source('EcsContainer'),
    says: /neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor …_FULL_URI is set/,
    hint: CHECK,
  },
  {
    what: 'A credential_source Ec2InstanceMetadata outside of EC2',
    ...source('Ec2InstanceMetadata'),
    env: ({ aws }) => ({ AWS_EC2_METADATA_DISABLED: undefined, AWS_EC2_METADATA_SERVICE_ENDPOINT: aws.url }),
    says: /credential_source is Ec2InstanceMetadata, but there is no EC2 instance role/,
    hint: 'outside EC2, name the profile that may assume it, run: aws configure set source_profile NAME --profile mine',
  },
  {
    what: 'A credential_source Ec2InstanceMetadata that is turned off',
    ...source('Ec2InstanceMetadata'),
    env: () => ({ AWS_EC2_METADATA_DISABLED: 'true' }),
    identity: 'credential_source',
    says: /credential_source is Ec2InstanceMetadata, but AWS_EC2_METADATA_DISABLED is true/,
    hint: 'run: unset AWS_EC2_METADATA_DISABLED',
  },
  {
    what: 'No EC2 instance role',
    files: () => ({}),
    env: ({ aws }) => ({ AWS_EC2_METADATA_DISABLED: undefined, AWS_EC2_METADATA_SERVICE_ENDPOINT: aws.url }),
    identity: 'no AWS identity',
    says: /no rule in .* covers it, and neither AWS_PROFILE nor AWS_ACCESS_KEY_ID is set, and no profile of account 111122223333 in ~\/\.aws\/config, and there is no EC2 instance role/,
    hint: 'add a rule to ~/.config/ecr-xacct/config.yaml, or with a profile that may use account 111122223333, run: export AWS_PROFILE=NAME',
  },
];
