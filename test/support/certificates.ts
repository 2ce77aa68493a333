// A certificate authority in memory, for test servers that clients in any language must trust.
import { isIP } from 'node:net';
import { generate } from 'selfsigned';

/** A certificate and its private key, both in PEM. */
export interface Certificate {
  cert: string;
  key: string;
}

export interface CertificateAuthority extends Certificate {
  /** A server certificate for DNS names and IP addresses. */
  issue(hostnames: readonly string[]): Promise<Certificate>;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Valid since yesterday, so that a container or a virtual machine with a slow clock accepts it, too. */
function validity() {
  const now = Date.now();
  return { notBeforeDate: new Date(now - DAY_MS), notAfterDate: new Date(now + DAY_MS) };
}

/** Elliptic curves, because an RSA key takes a noticeable part of a second. Valid until tomorrow. */
export async function createCertificateAuthority(name = 'Fake AWS test root'): Promise<CertificateAuthority> {
  const root = await generate([{ name: 'commonName', value: name }], {
    ...validity(),
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const ca = { cert: root.cert, key: root.private };
  return { ...ca, issue: (hostnames) => issue(ca, hostnames) };
}

async function issue(ca: Certificate, hostnames: readonly string[]): Promise<Certificate> {
  const leaf = await generate([{ name: 'commonName', value: 'Fake AWS test server' }], {
    ...validity(),
    keyType: 'ec',
    algorithm: 'sha256',
    ca,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: hostnames.map((name) => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name })),
      },
    ],
  });
  return { cert: leaf.cert, key: leaf.private };
}
