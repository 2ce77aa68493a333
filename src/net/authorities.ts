// Which certificate authorities are trusted: by AWS's tools, and by a Docker engine that talks to a registry.
import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Environment } from '../invocation.ts';

/**
 * PEM, where something else than Node's own is trusted. The AWS CLI's order: `AWS_CA_BUNDLE`, then the profile's `ca_bundle`;
 * then what OpenSSL's programs go by.
 * @throws XacctError `tls` for a file that cannot be read.
 */
export function caBundle(env: Environment, ofProfile: string | undefined): string | undefined {
  const files = { AWS_CA_BUNDLE: env.AWS_CA_BUNDLE, ca_bundle: ofProfile, SSL_CERT_FILE: env.SSL_CERT_FILE };
  const [name, path] = Object.entries(files).find(([, value]) => value) ?? [];
  if (!path) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new XacctError('tls', `cannot read the CA bundle ${path} (${name})`, {
      hint: { run: command`ls -l ${path}` },
      cause,
    });
  }
}

/** Of an engine that runs as root. Source: https://github.com/moby/moby (registry/config_unix.go). */
const CERTS_FOLDER = '/etc/docker/certs.d';

/** Where an authority for one registry goes; the engine trusts it for what the registry redirects to, too. */
export function authorityFile(hostname: string): string {
  return join(CERTS_FOLDER, hostname, 'ca.crt');
}

/**
 * PEM certificates: the system's (SSL_CERT_FILE and SSL_CERT_DIR of this process replace them, as in Go), those of
 * NODE_EXTRA_CA_CERTS, and every *.crt for the registry. AWS_CA_BUNDLE is not among them: Docker does not know it.
 * Source: https://github.com/moby/moby (registry/registry.go, loadTLSConfig).
 * @throws XacctError `tls` for a file that the engine may read and we may not.
 */
export function engineAuthorities(hostname: string, certsFolder = CERTS_FOLDER): string[] {
  const system = getCACertificates('system');
  return [
    ...new Set([
      // A machine without any, whose engine is elsewhere.
      ...(system.length > 0 ? system : getCACertificates('bundled')),
      ...getCACertificates('extra'),
      ...registryAuthorities(join(certsFolder, hostname)),
    ]),
  ];
}

function registryAuthorities(folder: string): string[] {
  const names = readAs(folder, () => readdirSync(folder)) ?? [];
  return names
    .filter((name) => name.endsWith('.crt'))
    .map((name) => join(folder, name))
    .flatMap((path) => certificates(readAs(path, () => readFileSync(path, 'latin1')) ?? ''));
}

/** Undefined where there is none. */
function readAs<T>(path: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new XacctError('tls', `cannot read ${path}, which Docker's engine goes by`, {
      hint: { run: command`ls -ld ${path}` },
      cause,
    });
  }
}

/** Go passes over what is no certificate; OpenSSL would not. */
function certificates(pem: string): string[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.filter((block) => {
    try {
      return new X509Certificate(block).raw.length > 0;
    } catch {
      return false;
    }
  });
}
