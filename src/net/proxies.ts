// Which proxy is used for a server: by the AWS CLI's rules for AWS, by those of Docker's engine for a registry.
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Environment } from '../invocation.ts';
import { isExceptedByAwsCli, isExceptedByGo, type NoProxyRule } from './no-proxy.ts';

/**
 * The URL of the proxy for an origin, as in `https://api.example:8443`; undefined for no proxy.
 * @throws XacctError `proxy` for a value that Node would ignore. The message omits the value: it may have a password.
 */
export type ProxyFor = (origin: string) => string | undefined;

type Scheme = 'http' | 'https' | 'no';
type Variable = { name: string; value: string };

/**
 * Lower case comes before every other spelling; an empty value means no proxy. ALL_PROXY is not used.
 * Source: urllib.request.getproxies_environment, which botocore uses (utils.py, get_environ_proxies).
 */
export function awsProxies(env: Environment): ProxyFor {
  return proxyRule(isExceptedByAwsCli, (scheme) => {
    const names = Object.keys(env).filter((name) => name.toLowerCase() === `${scheme}_proxy`);
    const small = names.findLast((name) => name.endsWith('_proxy') && env[name] !== undefined);
    return variable(env, small === undefined ? names.reverse() : [small]);
  });
}

/** Upper case comes before lower case. Source: https://pkg.go.dev/golang.org/x/net/http/httpproxy#FromEnvironment */
export function engineProxies(env: Environment): ProxyFor {
  return proxyRule(isExceptedByGo, (scheme) =>
    variable(env, [`${scheme.toUpperCase()}_PROXY`, `${scheme}_proxy`]),
  );
}

/** For a Node agent that sends all its requests through this proxy: Node's own NO_PROXY rules must not apply. */
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

/** `host:port` and `//host:port` mean `http://host:port`. */
function proxyUrl({ name, value }: Variable): string {
  const url = value.includes('://') ? value : `http://${value.replace(/^\/\//, '')}`;
  // Node ignores a scheme in upper case.
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return url.replace(/^https?/i, (s) => s.toLowerCase());
  throw new XacctError(
    'proxy',
    `${name} is not the URL of an HTTP proxy, such as http://proxy.example:3128`,
    { hint: { run: command`unset ${name}` } },
  );
}
