// The failures of connections to AWS: it cannot be reached, or does not answer.
import { createServer } from 'node:net';
import { listen } from '../../../fake-aws/listen.ts';
import { createCertificateAuthority } from '../../certificates.ts';
import { skipWithout } from '../../peers.ts';
import type { Failure } from './failure.ts';

const dev = { identity: 'profile dev' };
const CURL = 'check the network: curl -sS http://ADDRESS/';

/** A port of loopback on which nothing listens: it was free a moment ago. */
async function closedPort(): Promise<number> {
  const { port, close } = await listen(createServer(), '127.0.0.1', 0);
  await close();
  return port;
}

export const transportFailures: readonly Failure[] = [
  {
    what: 'Nothing listens',
    env: async () => ({ AWS_ENDPOINT_URL: `http://127.0.0.1:${await closedPort()}` }),
    ...dev,
    says: /cannot reach ADDRESS \(ECONNREFUSED\)/,
    hint: CURL,
  },
  {
    what: 'A name that cannot be resolved',
    // A network namespace without even loopback, so that no request leaves the machine.
    skip: skipWithout('namespaces'),
    command: ['unshare', '--net'],
    env: () => ({ AWS_ENDPOINT_URL: undefined }),
    ...dev,
    says: /cannot resolve api\.ecr\.us-east-1\.amazonaws\.com \(\w+\): no network, or no DNS/,
    hint: 'check: getent hosts api.ecr.us-east-1.amazonaws.com',
  },
  {
    what: 'A certificate of an unknown authority',
    aws: async () => ({ tls: await (await createCertificateAuthority()).issue(['127.0.0.1']) }),
    ...dev,
    says: /the certificate of ADDRESS is signed by an unknown authority \(\w+\)/,
    hint: "with that authority's certificate, run: export AWS_CA_BUNDLE=/path/to/ca.pem",
  },
  {
    what: 'A CA bundle that is not there',
    env: () => ({ AWS_CA_BUNDLE: '/nonexistent/ca.pem' }),
    ...dev,
    says: /cannot read the CA bundle \/nonexistent\/ca\.pem \(AWS_CA_BUNDLE\): there is no such file/,
    hint: 'run: ls -l /nonexistent/ca.pem',
  },
  {
    what: 'A CA bundle that is a folder',
    env: () => ({ AWS_CA_BUNDLE: '/etc' }),
    ...dev,
    says: /cannot read the CA bundle \/etc \(AWS_CA_BUNDLE\): it is a folder/,
    hint: 'run: ls -l /etc',
  },
  {
    what: 'A CA bundle without end',
    env: () => ({ AWS_CA_BUNDLE: '/dev/zero' }),
    ...dev,
    says: /cannot read the CA bundle \/dev\/zero \(AWS_CA_BUNDLE\): it is larger than 8 MiB/,
    hint: 'run: ls -l /dev/zero',
  },
  {
    what: 'A CA bundle without certificates',
    env: () => ({ AWS_CA_BUNDLE: '/etc/hosts' }),
    ...dev,
    says: /the CA bundle \/etc\/hosts \(AWS_CA_BUNDLE\) has no certificate in PEM/,
    hint: 'check: head -n 3 /etc/hosts',
  },
  {
    what: 'A proxy that is none',
    env: () => ({ AWS_ENDPOINT_URL: undefined, HTTPS_PROXY: 'socks5://127.0.0.1:1080' }),
    ...dev,
    says: /HTTPS_PROXY is not the URL of an HTTP proxy/,
    hint: 'run: unset HTTPS_PROXY',
  },
  {
    what: 'A connection that is reset',
    fault: { kind: 'reset' },
    ...dev,
    says: /cannot reach ADDRESS \(ECONNRESET\)/,
    hint: CURL,
  },
  {
    what: 'An endpoint that hangs',
    env: () => ({ ECR_XACCT_TIMEOUT: '5' }),
    fault: { kind: 'hang' },
    ...dev,
    says: /http:\/\/ADDRESS did not answer within 5 s/,
    hint: 'to wait longer, run: export ECR_XACCT_TIMEOUT=10',
  },
];
