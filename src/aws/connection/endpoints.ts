// The user's settings for AWS's endpoints, in the environment or a profile: custom URLs, FIPS and dual-stack.
import { XacctError } from '../../errors.ts';
import { command } from '../../hint.ts';
import type { Environment } from '../../invocation.ts';
import type { Settings } from '../../profiles/ini.ts';
import type { Profiles } from '../../profiles/profiles.ts';

/** As in `[services NAME]`. In upper case it ends AWS_ENDPOINT_URL_…. */
export type EndpointService = 'ecr' | 'ecr_public' | 'iam' | 'sts' | 'sso' | 'sso_oidc' | 'signin';

/** Settings of an SDK client. */
export interface EndpointVariant {
  useFipsEndpoint?: boolean;
  useDualstackEndpoint?: boolean;
}

export const PLAIN_ENDPOINT: EndpointVariant = { useFipsEndpoint: false, useDualstackEndpoint: false };

/** The part of the SDK's clients that is the same in all of them. */
interface EndpointClient {
  config: {
    region: () => Promise<string>;
    useFipsEndpoint: () => Promise<boolean>;
    useDualstackEndpoint: () => Promise<boolean>;
    endpointProvider: (parameters: { Region: string; UseFIPS: boolean; UseDualStack: boolean }) => {
      url: URL;
    };
  };
}

/** The URL that a client of the SDK calls by the SDK's own rules, unless there is a custom endpoint. */
export async function defaultEndpoint({ config }: EndpointClient): Promise<URL> {
  const [Region, UseFIPS, UseDualStack] = await Promise.all([
    config.region(),
    config.useFipsEndpoint(),
    config.useDualstackEndpoint(),
  ]);
  return config.endpointProvider({ Region, UseFIPS, UseDualStack }).url;
}

export interface Endpoints {
  /** Settings of the profile's `[services …]`. */
  services: Settings;
  /** Whether the user sets the URL of one of these services. */
  isCustom(...services: EndpointService[]): boolean;
  /**
   * For a client of these services. A custom endpoint is called unchanged, whatever use_fips_endpoint says: the AWS CLI
   * does the same (botocore, args.py), but the SDK fails.
   */
  variantFor(...services: EndpointService[]): EndpointVariant;
}

/**
 * `settings`: those of the profile that says how AWS is called.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 * @throws XacctError `usage` or `profile-incomplete`. The SDK's own error names no setting.
 */
export function createEndpoints(
  env: Environment,
  profiles: Profiles,
  profileName: string,
  settings: Settings,
): Endpoints {
  const { services: section } = settings;
  const services = section === undefined ? {} : profiles.section('services', section);
  if (services === undefined) {
    throw new XacctError(
      'profile-incomplete',
      `profile ${profileName} names [services ${section}], which is not in ${profiles.configFile}`,
      { hint: { run: command`aws configure get services --profile ${profileName}` } },
    );
  }
  checkVariables(env);
  checkSettings(profileName, {
    endpoint_url: settings.endpoint_url,
    ...Object.fromEntries(Object.entries(services).filter(([name]) => name.endsWith('.endpoint_url'))),
  });
  const isIgnored =
    isTrue(env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS) || isTrue(settings.ignore_configured_endpoint_urls);
  const isCustom = (service: EndpointService) =>
    Boolean(
      env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ||
        env.AWS_ENDPOINT_URL ||
        services[`${service}.endpoint_url`] ||
        settings.endpoint_url,
    );
  const isAnyCustom: Endpoints['isCustom'] = (...wanted) => !isIgnored && wanted.some(isCustom);
  return {
    services,
    isCustom: isAnyCustom,
    variantFor: (...wanted) => (isAnyCustom(...wanted) ? PLAIN_ENDPOINT : {}),
  };
}

function isTrue(value: string | undefined): boolean {
  return value?.toLowerCase() === 'true';
}

function isUrl(value: string): boolean {
  return /^https?:\/\/[^/]/i.test(value) && URL.canParse(value);
}

/** A query may contain a token. */
function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, '');
}

function checkVariables(env: Environment): void {
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('AWS_ENDPOINT_URL') || !value || isUrl(value)) continue;
    throw new XacctError(
      'usage',
      `${name}=${withoutQuery(value)} is not a URL such as https://sts.us-east-1.amazonaws.com`,
      { hint: { run: command`unset ${name}` } },
    );
  }
}

function checkSettings(profileName: string, urls: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(urls)) {
    if (!value || isUrl(value)) continue;
    throw new XacctError(
      'profile-incomplete',
      `profile ${profileName} has ${name} = ${withoutQuery(value)}, which is not a URL such as https://sts.us-east-1.amazonaws.com`,
      { hint: { run: command`aws configure set endpoint_url URL --profile ${profileName}` } },
    );
  }
}
