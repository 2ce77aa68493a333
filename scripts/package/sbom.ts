// The bill of materials of a package: CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/.
import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import { PackageURL } from 'packageurl-js';
import { PACKAGE } from './targets.ts';
import type { Component } from './third-party.ts';

export interface SbomOptions {
  readonly version: string;
  /** Epoch seconds. */
  readonly epoch: number;
}

/** JSON, without a serial number: two builds of one commit are the same bytes. */
export function cyclonedx(components: readonly Component[], { version, epoch }: SbomOptions): string {
  const { Application } = Enums.ComponentType;
  const subject = new Models.Component(Application, PACKAGE, {
    version,
    bomRef: PACKAGE,
    ...licensed('Apache-2.0'),
  });
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ timestamp: new Date(epoch * 1_000), component: subject }),
  });
  for (const component of components) {
    const part = model(component);
    bom.components.add(part);
    subject.dependencies.add(part.bomRef);
  }
  const normalizers = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  const options = { sortLists: true, space: 2 };
  return `${new Serialize.JsonSerializer(normalizers).serialize(bom, options)}\n`;
}

function model({ name, version, registry, licence, integrity }: Component): Models.Component {
  const group = /^@[^/]+(?=\/)/.exec(name)?.[0];
  const own = group === undefined ? name : name.slice(group.length + 1);
  const purl =
    registry === undefined
      ? undefined
      : new PackageURL(registry, group, own, version, undefined, undefined).toString();
  return new Models.Component(Enums.ComponentType.Library, own, {
    ...(group === undefined ? {} : { group }),
    ...(version === undefined ? {} : { version }),
    ...(purl === undefined ? {} : { purl }),
    bomRef: purl ?? name,
    hashes: new Models.HashDictionary(hashOf(integrity)),
    ...licensed(licence),
  });
}

function licensed(licence: string | undefined): { licenses?: Models.LicenseRepository } {
  if (licence === undefined) return {};
  return { licenses: new Models.LicenseRepository([new Models.SpdxLicense(licence)]) };
}

/** npm's form: `sha512-` and base64. */
function hashOf(integrity: string | undefined): [Enums.HashAlgorithm, string][] {
  const [algorithm, digest] = integrity?.split('-', 2) ?? [];
  if (algorithm !== 'sha512' || digest === undefined) return [];
  return [[Enums.HashAlgorithm['SHA-512'], Buffer.from(digest, 'base64').toString('hex')]];
}
