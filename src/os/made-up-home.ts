// Sets a home folder while libraries are loaded that fail without one, if neither HOME nor the user database has it. It
// is imported before them; `forgetMadeUpHome` undoes it after them.
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
