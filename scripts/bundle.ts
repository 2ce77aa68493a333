// Bundles src/ for the pinned Node, and any from 22.21 on: main.cjs, and beside it what only some starts load.
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
  // Names stay, for stack traces and for the SDK's errors.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  // ES modules where a package has them: of the SDK's clients, only the calls that are made are left.
  mainFields: ['module', 'main'],
  // `import()` becomes a lazy `require`, which spares a start the ESM loader.
  supported: { 'dynamic-import': false },
  logLevel: 'warning',
};

/**
 * What is loaded only by some starts, each in a file of its own: reading a megabyte costs more than the rest of a warm `get`,
 * and the AWS SDK is for minters alone.
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
      // By its whole path: several folders have an access.ts.
      const module = APART.find((name) => join(root, 'src', `${name}.ts`) === join(resolveDir, path));
      return kind === 'dynamic-import' && module !== undefined
        ? { path: `./${basename(module)}.cjs`, external: true }
        : undefined;
    });
  },
};

/**
 * The SDK's default chain, which each of its clients brings along for callers that name no credentials: they are always named
 * here, and a chain that read files of its own accord would be a second opinion on whose they are.
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

/** What commander starts a subcommand with that is a program of its own: there is none, and Node takes a millisecond to load it. */
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
 * What packages make as they are loaded, and V8 takes milliseconds for (the sequences of every emoji, every letter there is): it is
 * made where it is first asked for, or is as much as this program's own texts need.
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
  // Of an option's flags, as in `--words <word...>`.
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

/** Writes the files into a folder, with a version to say. @returns what they were made of, one report a file. */
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

/** load-bundle.cjs reads a byte a character; esbuild writes nothing else, but in a tagged template, which it must not touch. */
function checkAscii(file: string): void {
  const [text] = /[^\n]{0,40}[^\0-\x7f]/.exec(readFileSync(file, 'latin1')) ?? [];
  if (text !== undefined) throw new Error(`${file} is not ASCII, at: ${text}`);
}

/** Leaves V8's compiled code of each file beside it. `node` is the Node that the bundle will run on. */
export function compileBundle(folder: string, node: string): void {
  const script = join(root, 'scripts', 'package', 'compile-bundle.cjs');
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.cjs'))) {
    const args = ['--hash-seed=1', script, join(folder, name)];
    execFileSync(node, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  }
}
