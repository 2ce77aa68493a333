// Asks the fallback helper. Its code is loaded at the first request, because most configs name no helper.
import type { AskFallback, FallbackRequest } from './fallback.ts';

/** `timeoutMs`: the time limit of one answer, from the caller's environment. */
export function createLazyFallback(timeoutMs: (env: FallbackRequest['env']) => number): AskFallback {
  let loaded: Promise<ReturnType<typeof import('./fallback-helper.ts').createFallbackHelper>> | undefined;
  return async (request) => {
    loaded ??= import('./fallback-helper.ts').then(({ createFallbackHelper }) => createFallbackHelper());
    // The load fails without a free file descriptor, but may succeed later.
    loaded.catch(() => {
      loaded = undefined;
    });
    const ask = await loaded;
    return ask(request, timeoutMs(request.env));
  };
}
