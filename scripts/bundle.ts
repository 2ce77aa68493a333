// Bundles src/ for Node 22.21 and later: main.cjs, and separate files for what only some starts load.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { VERSION } from './project.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const OPTIONS: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  // Keeps names for stack traces and for the SDK's errors.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  // Prefers a package's ES modules: then esbuild removes the SDK's unused calls.
  mainFields: ['module', 'main'],
  // `import()` becomes a lazy `require`, so no start loads the ESM loader.
  supported: { 'dynamic-import': false },
  logLevel: 'warning',
};

/**
 * Parts that only some starts load, each in a separate file: reading a megabyte costs more than the rest of a warm
 * `get`, and only minters need the AWS SDK.
 */
const APART = [
  'aws/answer-question',
  'client/answer-here',
  'cli/program',
  'cli/completion/complete',
  'cli/completion/print-script',
  'client/explain-here',
  'config/config-reader',
  'config/json-schema',
  'inspect/check-config',
  'inspect/explain',
  'inspect/status',
  'callers/login-person',
  'terminal/watch',
  'grants/access',
  'doctor/diagnose',
  'grants/grant',
  'grants/revoke',
  'setup/rule',
  'setup/setup',
  'daemon/run-daemon',
  'docker/fallback/fallback-helper',
  'minter/run-minter',
  'parser/run-parser',
];

const apart: Plugin = {
  name: 'apart',
  setup: ({ onResolve }) => {
    onResolve({ filter: /\.ts$/ }, ({ kind, path, resolveDir }) => {
      // The whole path, because several folders have an access.ts.
      const module = APART.find((name) => join(root, 'src', `${name}.ts`) === join(resolveDir, path));
      return kind === 'dynamic-import' && module !== undefined
        ? { path: `./${basename(module)}.cjs`, external: true }
        : undefined;
    });
  },
};

/**
 * Removes the SDK's default credential chain. This program always passes credentials; a chain that reads files itself
 * could find another identity.
 */
const noDefaultChain: Plugin = {
  name: 'no-default-chain',
  setup: ({ onResolve, onLoad }) => {
    const namespace = 'no-default-chain';
    onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, ({ path }) => ({ path, namespace }));
    onLoad({ filter: /.*/, namespace }, () => ({
      contents:
        'export const defaultProvider = () => () => Promise.reject(new Error("no credentials were named"));',
    }));
  },
};

/**
 * Removes node:child_process from Commander, which loads it for subcommands in separate programs. There are none, and
 * loading it takes a millisecond.
 */
const noSubprograms: Plugin = {
  name: 'no-subprograms',
  setup: ({ onResolve, onLoad }) => {
    const namespace = 'no-subprograms';
    onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      /[\\/]node_modules[\\/]commander[\\/]/.test(importer) ? { path, namespace } : undefined,
    );
    onLoad({ filter: /.*/, namespace }, () => ({ contents: 'export default {};' }));
  },
};

/**
 * Tables that packages build while they are loaded, such as the sequences of all emoji, which takes V8 milliseconds.
 * Each is built at its first use instead, or replaced by a smaller one that is enough for this program's own texts.
 */
const COSTLY = [
  {
    of: 'string-width/index.js',
    made: 'const segmenter = new Intl.Segmenter();',
    instead:
      'let segmenting; const segmenter = { segment: (text) => (segmenting ??= new Intl.Segmenter()).segment(text) };',
  },
  {
    of: 'string-width/index.js',
    made: 'const rgiEmojiRegex = /^\\p{RGI_Emoji}$/v;',
    instead:
      'let emoji; const rgiEmojiRegex = { test: (text) => (emoji ??= /^\\p{RGI_Emoji}$/v).test(text) };',
  },
  // In an option's flags, as in `--words <word...>`.
  {
    of: 'commander/lib/option.js',
    made: '/\\p{ID_Continue}\\.\\.\\.[>\\]]$/u',
    instead: '/\\w\\.\\.\\.[>\\]]$/',
  },
];

const withoutCostly: Plugin = {
  name: 'without-costly',
  setup: ({ onLoad }) => {
    for (const file of new Set(COSTLY.map(({ of }) => of))) {
      const filter = new RegExp(
        `[\\\\/]node_modules[\\\\/]${file.replaceAll('/', '[\\\\/]').replaceAll('.', '\\.')}$`,
      );
      onLoad({ filter }, ({ path }) => ({ contents: cheaper(readFileSync(path, 'utf8'), file) }));
    }
  },
};

function cheaper(text: string, file: string): string {
  return COSTLY.filter(({ of }) => of === file).reduce((changed, { made, instead }) => {
    if (!changed.includes(made)) throw new Error(`${file} has no longer: ${made}`);
    return changed.replace(made, () => instead);
  }, text);
}

const PLUGINS = [apart, noDefaultChain, noSubprograms, withoutCostly];

/** Writes the files and the given version into a folder. @returns esbuild's report for each file. */
export async function bundle(folder: string, version = VERSION): Promise<Metafile[]> {
  const define = { VERSION: JSON.stringify(version) };
  const reports: Metafile[] = [];
  for (const module of ['main', ...APART]) {
    const entryPoints = [join(root, 'src', `${module}.ts`)];
    const outfile = join(folder, `${basename(module)}.cjs`);
    const options = { ...OPTIONS, define, entryPoints, outfile, plugins: PLUGINS };
    reports.push((await build({ ...options, absWorkingDir: root, metafile: true })).metafile);
    checkAscii(outfile);
  }
  return reports;
}

/**
 * load-bundle.cjs reads one byte per character. esbuild writes ASCII, except in tagged templates, which it must keep.
 * @throws Error if a file contains another character.
 */
function checkAscii(file: string): void {
  const [text] = /[^\n]{0,40}[^\0-\x7f]/.exec(readFileSync(file, 'latin1')) ?? [];
  if (text !== undefined) throw new Error(`${file} is not ASCII, at: ${text}`);
}

/** Saves V8's compiled code beside each file. `node` is the Node that the bundle will run on. */
export function compileBundle(folder: string, node: string): void {
  const script = join(root, 'scripts', 'package', 'compile-bundle.cjs');
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.cjs'))) {
    const args = ['--hash-seed=1', script, join(folder, name)];
    execFileSync(node, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  }
}
