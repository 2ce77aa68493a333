// Merges the machine's config with the user's, whose rules come first; settings are merged one by one.
import type { Config } from './load.ts';

/** Merges once for each pair. `beneath`: the machine's config, if there is one. Its rules come second. */
export function createMerge(): (own: Config, beneath: Config | undefined) => Config {
  const merged = new WeakMap<Config, { beneath: Config; config: Config }>();
  return (own, beneath) => {
    if (beneath === undefined) return own;
    const known = merged.get(own);
    if (known?.beneath === beneath) return known.config;
    const config = merge(own, beneath);
    merged.set(own, { beneath, config });
    return config;
  };
}

function merge(own: Config, beneath: Config): Config {
  const said = <K extends keyof Config['saidBy']>(name: K): Config[K] =>
    (own.saidBy[name] === undefined ? beneath : own)[name];
  return {
    file: own.file,
    exists: own.exists,
    files: [...own.files, ...beneath.files],
    // Avoids a copy if the user has no rules.
    rules: own.rules.length === 0 ? beneath.rules : [...own.rules, ...beneath.rules],
    groups: [...own.groups, ...beneath.groups],
    saidBy: { ...beneath.saidBy, ...own.saidBy },
    refreshMargin: said('refreshMargin'),
    maxTokenAge: said('maxTokenAge'),
    discover: said('discover'),
    mfaProcess: said('mfaProcess'),
    fallbackHelper: said('fallbackHelper'),
    processEnv: said('processEnv'),
  };
}
