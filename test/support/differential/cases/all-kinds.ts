// The list of hand-written kinds.
import type { Kind } from '../differential-case.ts';
import { environments } from './environment.ts';
import { files } from './files.ts';
import { headers } from './headers.ts';
import { intended } from './intended.ts';
import { machines } from './machines.ts';
import { options } from './options.ts';
import { processOutputs } from './process-outputs.ts';
import { processes } from './processes.ts';
import { roleSettings } from './role-settings.ts';
import { roles } from './roles.ts';
import { ssoKinds } from './sso.ts';
import { filesOfOneProfile } from './two-files.ts';
import { ways } from './ways.ts';
import { webIdentities } from './web-identity.ts';

export const writtenKinds: readonly Kind[] = [
  ...headers,
  ...options,
  ...ways,
  ...filesOfOneProfile,
  ...roles,
  ...roleSettings,
  ...ssoKinds,
  ...processes,
  ...processOutputs,
  ...environments,
  ...webIdentities,
  ...machines,
  ...files,
  ...intended,
];
