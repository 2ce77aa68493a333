// Owns the list of kinds that are written by hand.
import type { Kind } from '../differential-case.ts';
import { headers } from './headers.ts';

export const writtenKinds: readonly Kind[] = [...headers];
