// Which proxy leads to a server: for calls of AWS by the AWS CLI's rules, for a registry by those of Docker's engine.
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Environment } from '../invocation.ts';
import { isExceptedByAwsCli, isExceptedByGo, type NoProxyRule } from './no-proxy.ts';

/**
 * The URL of the proxy for an origin, as in `https://api.example:8443`; undefined where none is to be used.
 * @throws XacctError `proxy` for one that Node would pass over in silence. Never names its value: it may hold a password.
 */
export type ProxyFor = (origin: string) => string | undefined;

type Scheme = 'http' | 'https' | 'no';
type Variable = { name: string; value: string };

/**
 * Small letters come before every other spelling, and mean no proxy where they are empty. ALL_PROXY does not count.
 * Source: urllib.request.getproxies_environment, which botocore asks (utils.py, get_environ_proxies).
 */
export function awsProxies(env: Environment): ProxyFor {
  return proxyRule(isExceptedByAwsCli, (scheme) => {
    const names = Object.keys(env).filter((name) => name.toLowerCase() === `${scheme}_proxy`);
    const small = names.findLast((name) => name.endsWith('_proxy') && env[name] !== undefined);
    return variable(env, small === undefined ? names.reverse() : [small]);
  });
}

/** Capitals come before small letters. Source: https://pkg.go.dev/golang.org/x/net/http/httpproxy#FromEnvironment */
export function engineProxies(env: Environment): ProxyFor {
  return proxyRule(isExceptedByGo, (scheme) =>
    variable(env, [`${scheme.toUpperCase()}_PROXY`, `${scheme}_proxy`]),
  );
}

/** For an agent of Node that is asked for nothing but what goes through this proxy: Node has its own rules of NO_PROXY. */
export function throughProxy(url: string | undefined): { proxyEnv?: NodeJS.Dict<string> } {
  return url === undefined ? {} : { proxyEnv: { http_proxy: url, https_proxy: url } };
}

function proxyRule(isExcepted: NoProxyRule, find: (scheme: Scheme) => Variable | undefined): ProxyFor {
  return (origin) => {
    const url = new URL(origin);
    const proxy = find(url.protocol === 'https:' ? 'https' : 'http');
    if (proxy === undefined || isExcepted(find('no')?.value ?? '', url)) return undefined;
    return proxyUrl(proxy);
  };
}

function variable(env: Environment, names: readonly string[]): Variable | undefined {
  const name = names.find((one) => env[one]);
  return name === undefined ? undefined : { name, value: env[name] ?? '' };
}

/** `host:port` and `//host:port` are `http://host:port`. */
function proxyUrl({ name, value }: Variable): string {
  const url = value.includes('://') ? value : `http://${value.replace(/^\/\//, '')}`;
  // Node passes over capitals in a scheme.
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return url.replace(/^https?/i, (s) => s.toLowerCase());
  throw new XacctError(
    'proxy',
    `${name} is not the URL of an HTTP proxy, such as http://proxy.example:3128`,
    { hint: { run: command`unset ${name}` } },
  );
}
