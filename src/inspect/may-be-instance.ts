// Whether this machine may be an EC2 instance, from its own files: no network is used.
import { existsSync } from 'node:fs';
import type { Environment } from '../invocation.ts';
import { readSmallFile } from '../os/small-file.ts';

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/identify_ec2_instances.html */
const TELLING = [
  ...['sys_vendor', 'board_vendor', 'bios_vendor'].map((name) => `/sys/class/dmi/id/${name}`),
  '/sys/hypervisor/uuid',
];

/** True, too, if a variable names the endpoint of a metadata service. */
export function mayBeInstance({ AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint }: Environment): boolean {
  return Boolean(endpoint) || TELLING.some((path) => existsSync(path) && /amazon|^ec2/i.test(textOf(path)));
}

function textOf(path: string): string {
  try {
    return readSmallFile(path);
  } catch {
    return '';
  }
}
