// Shows the SDK our own reader's settings of a profile, in place of the user's files.
import { externalDataInterceptor } from '@smithy/shared-ini-file-loader';
import type { Settings } from '../../profiles/ini.ts';

/** The profile that says how AWS is called. */
export interface FollowedProfile {
  name: string;
  settings: Settings;
  /** As in `FILE:LINE`. */
  where: (setting: string) => string;
}

/** The name of a file that does not exist. */
const CONFIG_FILE = 'ecr-xacct:config';
const CREDENTIALS_FILE = 'ecr-xacct:credentials';

/**
 * The SDK parses files by its own rules, and reads `AWS_PROFILE` from the environment of its process. This process
 * mints once, so it may replace both.
 */
export function showFollowedProfile(followed: Settings, services: Settings): void {
  const own = Object.entries(followed).flatMap(([name, value]) =>
    name === 'services' ? [] : setting(name, value),
  );
  const nested = Object.entries(services).flatMap(([name, value]) => {
    const [service = '', option = ''] = name.split('.');
    return option === 'endpoint_url' ? setting(option, value).map((line) => `${service} =\n  ${line}`) : [];
  });
  // The SDK rejects an empty services section.
  const section = nested.length === 0 ? [] : ['services = followed', '[services followed]', ...nested];
  const text = ['[default]', ...own, ...section].join('\n');
  externalDataInterceptor.interceptFile(CONFIG_FILE, text);
  externalDataInterceptor.interceptFile(CREDENTIALS_FILE, '');
  Object.assign(process.env, { AWS_CONFIG_FILE: CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE: CREDENTIALS_FILE });
  delete process.env.AWS_PROFILE;
  delete process.env.AWS_DEFAULT_PROFILE;
}

/** Leaves out a value that the SDK would read differently: no valid value of these settings has such characters. */
function setting(name: string, value: string): string[] {
  return value !== '' && !/[\s;#]/.test(value) ? [`${name} = ${value}`] : [];
}
