// The certificate authorities that are trusted: by AWS's tools, for a container's endpoint, and by a Docker engine.
import { X509Certificate } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Environment } from '../invocation.ts';
import { underHome } from '../os/home-folder.ts';
import { readSmallFile, whyUnreadable } from '../os/small-file.ts';
import type { Distrust } from './transport-failure.ts';

/**
 * PEM certificates for calls of AWS; undefined if Node's own are enough. They are replaced, in the AWS CLI's order, by
 * `AWS_CA_BUNDLE`, the profile's `ca_bundle`, `REQUESTS_CA_BUNDLE`, or OpenSSL's `SSL_CERT_FILE`. Node's additional
 * authorities are added in each case.
 * @throws XacctError `tls` for a bundle that cannot be read, or has no certificate.
 */
export function awsAuthorities(env: Environment, ofProfile: string | undefined): string[] | undefined {
  const bundle = caBundle(env, ofProfile);
  const beside = besideOthers(env);
  if (bundle === undefined && beside.length === 0) return undefined;
  return [...(bundle ?? getCACertificates('bundled')), ...beside];
}

/**
 * PEM certificates for a container's endpoint: no bundle applies to it, as in the AWS CLI (ContainerMetadataFetcher).
 */
export function containerAuthorities(env: Environment): string[] {
  return [...getCACertificates('bundled'), ...besideOthers(env)];
}

/** The message for an untrusted certificate; `fix` is the variable for a file with its authority. */
export function unknownAuthority(env: Environment, fix: 'AWS_CA_BUNDLE' | 'NODE_EXTRA_CA_CERTS'): Distrust {
  const extra = env.NODE_EXTRA_CA_CERTS;
  const hint =
    extra && extraAuthorities(env).length === 0
      ? { say: 'NODE_EXTRA_CA_CERTS cannot be read; check:', run: command`ls -l ${extra}` }
      : { say: "with that authority's certificate", run: command`export ${fix}=/path/to/ca.pem` };
  return { authority: 'an unknown authority', hint };
}

function caBundle(env: Environment, ofProfile: string | undefined): string[] | undefined {
  const { AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE, SSL_CERT_FILE } = env;
  const files = { AWS_CA_BUNDLE, ca_bundle: ofProfile, REQUESTS_CA_BUNDLE, SSL_CERT_FILE };
  const [name, value] = Object.entries(files).find(([, path]) => path) ?? [];
  if (!value) return undefined;
  const path = underHome(value, env);
  let pem: string;
  try {
    pem = readBundle(path);
  } catch (cause) {
    throw new XacctError('tls', `cannot read the CA bundle ${path} (${name}): ${whyUnreadable(cause)}`, {
      hint: { run: command`ls -l ${path}` },
      cause,
    });
  }
  const found = certificatesIn(pem);
  if (found.some(isCertificate)) return found;
  throw new XacctError('tls', `the CA bundle ${path} (${name}) has no certificate in PEM`, {
    hint: { say: 'check:', run: command`head -n 3 ${path}` },
  });
}

/** All of Mozilla's authorities, each with a description, have two megabytes. */
const MAX_BUNDLE_BYTES = 8 * 1024 * 1024;

function readBundle(path: string): string {
  return readSmallFile(path, { maxBytes: MAX_BUNDLE_BYTES, encoding: 'latin1' });
}

/** https://nodejs.org/api/cli.html: Node itself reads these only when it starts. */
function besideOthers(env: Environment): string[] {
  return [...extraAuthorities(env), ...(env.NODE_USE_SYSTEM_CA === '1' ? getCACertificates('system') : [])];
}

/** A file that cannot be read is ignored, as in Node. */
function extraAuthorities(env: Environment): string[] {
  if (!env.NODE_EXTRA_CA_CERTS) return [];
  try {
    return certificatesIn(readBundle(underHome(env.NODE_EXTRA_CA_CERTS, env)));
  } catch {
    return [];
  }
}

/** The folder of an engine that runs as root. Source: https://github.com/moby/moby (registry/config_unix.go). */
const CERTS_FOLDER = '/etc/docker/certs.d';

/** The file for one registry's authority. The engine trusts it, too, for the hosts that the registry redirects to. */
export function authorityFile(hostname: string): string {
  return join(CERTS_FOLDER, hostname, 'ca.crt');
}

/**
 * PEM certificates: the system's (as in Go, SSL_CERT_FILE and SSL_CERT_DIR of this process replace them), those of
 * NODE_EXTRA_CA_CERTS, and every *.crt for the registry. Docker does not use AWS_CA_BUNDLE.
 * Source: https://github.com/moby/moby (registry/registry.go, loadTLSConfig).
 * @throws XacctError `tls` for a file that the engine may read and this process may not.
 */
export function engineAuthorities(hostname: string, env: Environment, certsFolder = CERTS_FOLDER): string[] {
  const system = getCACertificates('system');
  return [
    ...new Set([
      // This machine may have none if its engine runs elsewhere.
      ...(system.length > 0 ? system : getCACertificates('bundled')),
      ...extraAuthorities(env),
      ...registryAuthorities(join(certsFolder, hostname)),
    ]),
  ];
}

function registryAuthorities(folder: string): string[] {
  const names = readAs(folder, () => readdirSync(folder)) ?? [];
  return (
    names
      .filter((name) => name.endsWith('.crt'))
      .map((name) => join(folder, name))
      .flatMap((path) => certificatesIn(readAs(path, () => readBundle(path)) ?? ''))
      // Go skips an invalid certificate; OpenSSL would fail.
      .filter(isCertificate)
  );
}

/** Undefined if the file does not exist. */
function readAs<T>(path: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new XacctError('tls', `cannot read ${path}, which Docker's engine uses`, {
      hint: { run: command`ls -ld ${path}` },
      cause,
    });
  }
}

/** Split, so that a broken certificate does not hide those after it. OpenSSL's older header names count, too. */
function certificatesIn(pem: string): string[] {
  return pem.match(/-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[^-]+-----END \1-----/g) ?? [];
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
