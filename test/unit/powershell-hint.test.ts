// Owns the proof that the commands in hints are put as PowerShell puts them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { powershellHint } from '../../src/powershell-hint.ts';

const rows: Readonly<Record<string, string>> = {
  'run: export AWS_PROFILE=NAME': 'run: $env:AWS_PROFILE = "NAME"',
  'run: export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…':
    'run: $env:AWS_ACCESS_KEY_ID = "…"; $env:AWS_SECRET_ACCESS_KEY = "…"',
  'run: export ECR_XACCT_CONFIG="$PWD/my config.yaml"': 'run: $env:ECR_XACCT_CONFIG = "$PWD/my config.yaml"',
  'to wait longer, run: export ECR_XACCT_TIMEOUT=60': 'to wait longer, run: $env:ECR_XACCT_TIMEOUT = "60"',
  'run: unset AWS_ACCESS_KEY_ID AWS_SESSION_TOKEN':
    'run: Remove-Item Env:AWS_ACCESS_KEY_ID, Env:AWS_SESSION_TOKEN',
  'check: env | grep -i _proxy': 'check: Get-ChildItem Env:',
  "run: ${EDITOR:-vi} 'C:\\my files\\config.yaml'": "run: notepad 'C:\\my files\\config.yaml'",
  'run: ls -ld C:\\Users': 'run: Get-Item C:\\Users',
  'run: aws sso login --profile dev': 'run: aws sso login --profile dev',
};

for (const [posix, powershell] of Object.entries(rows)) {
  test(`${posix} is put as ${powershell}.`, () => assert.equal(powershellHint(posix), powershell));
}
