// Which hosts are reached without a proxy: NO_PROXY by the rules of the AWS CLI, and by Go's, for Docker's engine.
import { BlockList, isIP } from 'node:net';

/** Whether a value of NO_PROXY excludes a URL from the proxy. */
export type NoProxyRule = (noProxy: string, url: URL) => boolean;

/**
 * A name matches itself and all subdomains, with or without leading dots. A port counts if the URL has an explicit one.
 * Source: urllib.request.proxy_bypass_environment, which botocore uses (utils.py, should_bypass_proxies).
 */
export const isExceptedByAwsCli: NoProxyRule = (noProxy, { host, hostname }) => {
  // In a list with others, `*` matches nothing.
  if (noProxy === '*') return true;
  return entriesOf(noProxy).some((entry) => {
    const name = entry.replace(/^\.+/, '');
    return [host, hostname].some((known) => known === name || known.endsWith(`.${name}`));
  });
};

/** 127.0.0.0/8 and ::1, as Go's IsLoopback. */
const LOOPBACK = addresses('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/**
 * This machine is never reached through a proxy. A name with a leading dot means subdomains only. Addresses and
 * networks match addresses. A port counts, even the scheme's own.
 * Source: https://pkg.go.dev/golang.org/x/net/http/httpproxy (useProxy).
 */
export const isExceptedByGo: NoProxyRule = (noProxy, { protocol, hostname, port }) => {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const at = { host, port: port || (protocol === 'https:' ? '443' : '80') };
  if (host === 'localhost' || contains(LOOPBACK, host)) return true;
  return entriesOf(noProxy).some((entry) => entry === '*' || matchesInGo(entry, at));
};

function matchesInGo(entry: string, { host, port }: { host: string; port: string }): boolean {
  const [, network = '', bits] = /^(.+)\/(\d+)$/.exec(entry) ?? [];
  if (isIP(network) > 0) {
    return Number(bits) <= bitsOf(network) && contains(addresses(network, Number(bits)), host);
  }
  const parts = /^(?:\[(?<address>[^[\]]*)\]|(?<name>[^:[\]]*)):(?<port>[^:[\]]*)$/.exec(entry)?.groups;
  const name = parts === undefined ? entry : (parts.address ?? parts.name ?? '');
  if (name === '' || (parts?.port && parts.port !== port)) return false;
  if (isIP(name) > 0) return contains(addresses(name, bitsOf(name)), host);
  if (isIP(host) > 0) return false;
  const suffix = name.replace(/^\*\./, '.');
  return suffix.startsWith('.') ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`);
}

function entriesOf(noProxy: string): string[] {
  const entries = noProxy.split(',').map((entry) => entry.trim().toLowerCase());
  return entries.filter((entry) => entry !== '');
}

function addresses(network: string, bits: number): BlockList {
  const list = new BlockList();
  list.addSubnet(network, bits, family(network));
  return list;
}

function contains(list: BlockList, host: string): boolean {
  return isIP(host) > 0 && list.check(host, family(host));
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

function bitsOf(address: string): number {
  return isIP(address) === 4 ? 32 : 128;
}
