// Tests which files are trusted as root's, and that each error names the command that fixes it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { XacctError } from '../../../src/errors.ts';
import { hintText } from '../../../src/hint.ts';
import { refuseUntrusted } from '../../../src/os/trusted-file.ts';

const PATH = '/etc/ecr-xacct/config.yaml';
const sudo = process.geteuid?.() === 0 ? '' : 'sudo ';

function refusalOf(uid: number, mode: number, own?: number): [string, string] | undefined {
  try {
    refuseUntrusted(PATH, { uid, mode: 0o100_000 | mode }, own);
    return undefined;
  } catch (error) {
    if (!(error instanceof XacctError && error.code === 'config-invalid')) throw error;
    return [error.message, hintText(error.hint ?? {})];
  }
}

const LOOSE = (mode: string) => `others than its owner may change ${PATH} (mode ${mode}), so it is not read`;
const FOREIGN = `${PATH} belongs to user ID 4711 and not to root, so it is not read`;
const CLOSE = `run: ${sudo}chmod go-w ${PATH}`;
const CHOWN = `run: ${sudo}chown root ${PATH}`;

describe('a file', { skip: process.platform === 'win32' && 'Windows has no such modes' }, () => {
  const rows: readonly [string, Parameters<typeof refusalOf>, [string, string] | undefined][] = [
    ['of root that all may read is trusted', [0, 0o644], undefined],
    ['of root that root alone may read is trusted', [0, 0o600], undefined],
    ['that its group may write is not', [0, 0o664], [LOOSE('0664'), CLOSE]],
    ['that all may write is not', [0, 0o602], [LOOSE('0602'), CLOSE]],
    ['of another user is not', [4711, 0o644], [FOREIGN, CHOWN]],
    [
      'of another user that all may write needs both commands',
      [4711, 0o666],
      [FOREIGN, `${CHOWN}; then ${CLOSE}`],
    ],
    ['of the user that it may be of is trusted', [4711, 0o644, 4711], undefined],
    ['of root is, where it may be of another user', [0, 0o644, 4711], undefined],
    ['of a third user is not', [4712, 0o644, 4711], [FOREIGN.replace('4711', '4712'), CHOWN]],
    [
      'of an unknown owner in a user namespace is not',
      [65_534, 0o644],
      [FOREIGN.replace('4711', '65534'), `run: sudo chown root ${PATH}`],
    ],
  ];
  for (const [title, asked, expected] of rows) {
    test(title, () => assert.deepEqual(refusalOf(...asked), expected));
  }
});
