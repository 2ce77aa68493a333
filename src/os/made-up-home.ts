// A home folder for libraries that ask for one as they are loaded, and fail where neither HOME nor the user database says it.
// It is there while they are loaded: imported before them, forgotten behind them.
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

/** Called when they are loaded. */
export function forgetMadeUpHome(): void {
  if (isMadeUp) delete process.env.HOME;
}
