// Starts the benchmark's fake AWS in private namespaces, under AWS's own names, near or far.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createCertificateAuthority } from '../../test/support/certificates.ts';
import { enterPrivateHosts } from '../../test/support/private-hosts.ts';

/** A message to the server. It answers with the calls since the last message. */
export interface AwsMessage {
  /** The lifetime of new authorization tokens, in milliseconds; undefined: 12 hours, as in ECR. */
  readonly tokenLife?: number;
}

export interface AwsReply {
  readonly assumed: number;
  readonly minted: number;
  /** Calls that failed. */
  readonly failed: number;
  /** The password in the last authorization token. */
  readonly password: string;
}

export interface BenchAws extends AsyncDisposable {
  /** The certificate of the CA, in PEM. */
  readonly caFile: string;
  tell(message?: AwsMessage): Promise<AwsReply>;
  /** Sets the round trip to AWS, in milliseconds. @returns the measured time of a TCP handshake. */
  setRoundTrip(milliseconds: number): Promise<number>;
}

const AWS_HOSTS = ['api.ecr.us-east-1.amazonaws.com', 'sts.us-east-1.amazonaws.com', 'sts.amazonaws.com'];

const NEAR = '127.0.0.2';
const [LINK, LINK_OWN, FAR] = ['lag0', '10.77.0.1', '10.77.0.2'];

export async function startAws(
  folder: string,
  delayLink: string,
  roles: readonly string[],
): Promise<BenchAws> {
  const authority = await createCertificateAuthority();
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, authority.cert);
  const { cert, key } = await authority.issue(AWS_HOSTS);
  const server = spawn(process.execPath, [join(import.meta.dirname, 'aws-server.ts')], {
    env: { AWS_SERVER_CERT: cert, AWS_SERVER_KEY: key, AWS_SERVER_ROLES: roles.join(',') },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await nextReply(server);
  let link: ChildProcess | undefined;
  const unlink = async () => {
    if (link !== undefined) await end(link, () => link?.stdin?.end());
    link = undefined;
  };
  return {
    caFile,
    tell: (message = {}) => {
      const reply = nextReply(server);
      server.send(message);
      return reply;
    },
    async setRoundTrip(milliseconds) {
      await unlink();
      if (milliseconds > 0) link = await startLink(delayLink, milliseconds);
      const address = milliseconds > 0 ? FAR : NEAR;
      enterPrivateHosts(Object.fromEntries(AWS_HOSTS.map((host) => [host, address])));
      return handshakeTime(address);
    },
    async [Symbol.asyncDispose]() {
      await unlink();
      await end(server, () => server.disconnect());
    },
  };
}

async function nextReply(server: ChildProcess): Promise<AwsReply> {
  return untilEnd(server, 'the fake AWS has ended', async (signal) => {
    const [reply]: AwsReply[] = await once(server, 'message', { signal });
    if (reply === undefined) throw new Error('the fake AWS said nothing');
    return reply;
  });
}

/** Waits for a message of a child. @throws Error with `message` if the child ends first. */
async function untilEnd<T>(
  child: ChildProcess,
  message: string,
  wait: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const ended = once(child, 'exit', { signal: over.signal }).then(() => {
    throw new Error(message);
  });
  try {
    return await Promise.race([wait(over.signal), ended]);
  } finally {
    over.abort();
  }
}

async function startLink(program: string, milliseconds: number): Promise<ChildProcess> {
  const link = spawn(program, [LINK, String(milliseconds * 500)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const message = 'no latency here: it needs /dev/net/tun; without it, run: npm run bench -- --rtt 0';
  await untilEnd(link, message, (signal) => once(link.stdout, 'data', { signal }));
  execFileSync('ip', ['address', 'add', `${LINK_OWN}/24`, 'dev', LINK]);
  execFileSync('ip', ['link', 'set', LINK, 'up']);
  return link;
}

async function end(child: ChildProcess, ask: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  ask();
  await ended;
}

/** The shortest of five TCP handshakes, in milliseconds. */
async function handshakeTime(address: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const started = performance.now();
    const socket = connect(443, address);
    await once(socket, 'connect');
    times.push(performance.now() - started);
    socket.destroy();
  }
  return Math.min(...times);
}
