// Asks the fallback helper with code that is loaded only when it is first asked: most configs name none.
import type { AskFallback, FallbackRequest } from './fallback.ts';

/** `timeoutMs`: how long one answer may take, by the caller's environment. */
export function createLazyFallback(timeoutMs: (env: FallbackRequest['env']) => number): AskFallback {
  let loaded: Promise<ReturnType<typeof import('./fallback-helper.ts').createFallbackHelper>> | undefined;
  return async (request) => {
    loaded ??= import('./fallback-helper.ts').then(({ createFallbackHelper }) => createFallbackHelper());
    // With no descriptor left it could not be read; later it can.
    loaded.catch(() => {
      loaded = undefined;
    });
    const ask = await loaded;
    return ask(request, timeoutMs(request.env));
  };
}
