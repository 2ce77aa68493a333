// Which proxies an environment names, as curl and the AWS CLI read it: `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, in both cases.
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Environment } from '../invocation.ts';

export interface Proxies {
  /** For an agent of Node: only these variables, each a whole URL. */
  variables: Readonly<Record<string, string>>;
  urls: readonly string[];
}

/** @throws XacctError `proxy` for a proxy that Node would pass over in silence. Never names its value: it may hold a password. */
export function proxiesOf(env: Environment): Proxies {
  const urls = new Map<string, string>();
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy']) {
    const value = env[name];
    if (!value) continue;
    // curl and the AWS CLI take `host:port` for `http://host:port`.
    const url = value.includes('://') ? value : `http://${value}`;
    if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
      throw new XacctError(
        'proxy',
        `${name} is not the URL of an HTTP proxy, such as http://proxy.example:3128`,
        {
          hint: { run: command`unset ${name}` },
        },
      );
    }
    urls.set(name, url);
  }
  const exceptions = ['NO_PROXY', 'no_proxy'].flatMap((name) => (env[name] ? [[name, env[name]]] : []));
  return { variables: Object.fromEntries([...urls, ...exceptions]), urls: [...urls.values()] };
}
