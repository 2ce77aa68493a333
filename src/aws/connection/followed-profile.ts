// What the SDK gets to read in place of the user's files: what our reader found of how AWS is called.
import { externalDataInterceptor } from '@smithy/shared-ini-file-loader';
import type { Settings } from '../../profiles/ini.ts';

/** The profile that says how AWS is called. */
export interface FollowedProfile {
  name: string;
  settings: Settings;
  /** As in `FILE:LINE`. */
  where: (setting: string) => string;
}

/** No file is there. */
const CONFIG_FILE = 'ecr-xacct:config';
const CREDENTIALS_FILE = 'ecr-xacct:credentials';

/**
 * The SDK parses files by rules of its own, and goes by `AWS_PROFILE` in the environment of its process: this process mints once,
 * so it may say what they are.
 */
export function showFollowedProfile(followed: Settings, services: Settings): void {
  const own = Object.entries(followed).flatMap(([name, value]) =>
    name === 'services' ? [] : setting(name, value),
  );
  const nested = Object.entries(services).flatMap(([name, value]) => {
    const [service = '', option = ''] = name.split('.');
    return option === 'endpoint_url' ? setting(option, value).map((line) => `${service} =\n  ${line}`) : [];
  });
  // A services section that is empty is a mistake to the SDK.
  const section = nested.length === 0 ? [] : ['services = followed', '[services followed]', ...nested];
  const text = ['[default]', ...own, ...section].join('\n');
  externalDataInterceptor.interceptFile(CONFIG_FILE, text);
  externalDataInterceptor.interceptFile(CREDENTIALS_FILE, '');
  Object.assign(process.env, { AWS_CONFIG_FILE: CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE: CREDENTIALS_FILE });
  delete process.env.AWS_PROFILE;
  delete process.env.AWS_DEFAULT_PROFILE;
}

/** A value that the SDK would read otherwise is none of these settings'. */
function setting(name: string, value: string): string[] {
  return value !== '' && !/[\s;#]/.test(value) ? [`${name} = ${value}`] : [];
}
