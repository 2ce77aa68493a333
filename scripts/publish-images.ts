// Pushes the images of a release, for glibc and musl, to a registry that buildah is logged in to. Prints each with its
// digest.
//
// usage: node scripts/bootstrap.mjs scripts/publish-images.ts --release FOLDER --repository REGISTRY/NAME
//   --release     the folder with the .oci.tar of both processors
//   --repository  where they go, with the tags VERSION, latest, VERSION-musl and latest-musl
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { publishImage } from './package/publish-image.ts';
import { PACKAGE } from './package/targets.ts';
import { VERSION } from './project.ts';

const { release, repository } = parseArgs({
  options: { release: { type: 'string' }, repository: { type: 'string' } },
}).values;
if (release === undefined || repository === undefined) {
  console.error('publish-images: --release FOLDER and --repository REGISTRY/NAME are needed');
  process.exit(2);
}

function publishKind(kind: string, folder: string, repository: string): string {
  const archives = ['x64', 'arm64'].map((processor) =>
    join(folder, `${PACKAGE}-${VERSION}-linux-${processor}${kind}.oci.tar`),
  );
  const tags = [VERSION, 'latest'].map((version) => `${version}${kind}`);
  return `${repository}@${publishImage({ archives, repository, tags })}`;
}

try {
  for (const kind of ['', '-musl']) console.log(publishKind(kind, release, repository));
} catch (error) {
  console.error(`publish-images: ${(error as Error).message}`);
  process.exitCode = 1;
}
