// Owns the list of kinds that are written by hand.
import type { Kind } from '../differential-case.ts';
import { environments } from './environment.ts';
import { headers } from './headers.ts';
import { intended } from './intended.ts';
import { options } from './options.ts';
import { processes } from './processes.ts';
import { roles } from './roles.ts';
import { ssoKinds } from './sso.ts';
import { ways } from './ways.ts';

export const writtenKinds: readonly Kind[] = [
  ...headers,
  ...options,
  ...ways,
  ...roles,
  ...ssoKinds,
  ...processes,
  ...environments,
  ...intended,
];
