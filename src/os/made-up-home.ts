// If this user has no home folder, sets a placeholder while libraries are loaded that fail without one.
// Import it before them, and call `forgetMadeUpHome` after them.
import { homedir } from 'node:os';

const isMadeUp = !isKnown();
if (isMadeUp) process.env.HOME = '/';

function isKnown(): boolean {
  try {
    return homedir() !== '';
  } catch {
    return false;
  }
}

/** Call this when the libraries are loaded. */
export function forgetMadeUpHome(): void {
  if (isMadeUp) delete process.env.HOME;
}
