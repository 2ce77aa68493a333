// Cases of intended differences: one for each row of the table.
import { A, B, C, type Case, type Kind, ONE, ROLE_ACCOUNT, roleOf } from '../differential-case.ts';

const HOST = `${ROLE_ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com`;
const BASE = `[profile base]\n${B.lines}`;
const DEFAULT = `[default]\n${C.lines}`;
const ROLE = `[profile dev]\n${roleOf(ONE, 'base')}`;
const dev = { AWS_PROFILE: 'dev' };
const ruled = `discover: false\nregistries:\n  "${HOST}":\n    profile: base\n`;

const cases: Case[] = [
  { name: 'a rule, and AWS_PROFILE', config: `${ROLE}${BASE}`, env: dev, xacct: ruled, difference: 'rule' },
  { name: 'a rule, and keys in the environment', config: BASE, env: A.env, xacct: ruled, difference: 'rule' },
  {
    name: 'a profile of the account, and [default]',
    config: `${DEFAULT}${ROLE}${BASE}`,
    xacct: 'discover: true\n',
    difference: 'discovery',
  },
  {
    name: 'a role without a session name',
    config: `${ROLE}${BASE}`,
    env: dev,
    namesSessions: true,
    difference: 'session-name',
  },
  {
    name: 'AWS_REGION, and AWS_DEFAULT_REGION',
    config: `${ROLE}${BASE}`,
    env: { ...dev, AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'us-west-2' },
    difference: 'aws-region',
    newer: 'Version 2 reads AWS_REGION.',
  },
  {
    name: 'no region',
    config: `${ROLE}${BASE}`,
    env: { ...dev, AWS_DEFAULT_REGION: undefined },
    region: 'eu-west-1',
    difference: 'no-region',
  },
  {
    name: 'sts_regional_endpoints = legacy',
    config: `${ROLE}sts_regional_endpoints = legacy\n${BASE}`,
    env: { ...dev, AWS_DEFAULT_REGION: 'eu-west-1' },
    region: 'eu-west-1',
    difference: 'sts-legacy',
    newer: 'Version 2 does not know the setting.',
  },
  {
    name: 'duration_seconds = 1h',
    config: `${ROLE}duration_seconds = 1h\n${BASE}`,
    env: dev,
    difference: 'duration-not-a-number',
  },
  {
    name: 'a config file that may not be read',
    env: dev,
    // Not even root may read it.
    links: { '.aws/config': '/proc/sys/vm/compact_memory' },
    credentials: `[dev]\n${A.lines}`,
    difference: 'unreadable-file',
  },
  {
    name: 'AWS_CREDENTIAL_FILE',
    env: { AWS_CREDENTIAL_FILE: '{HOME}/c' },
    files: { c: `AWSAccessKeyId=${A.id}\nAWSSecretKey=${A.secret}\n` },
    difference: 'retired-sources',
  },
  {
    name: 'BOTO_CONFIG',
    env: { BOTO_CONFIG: '{HOME}/c' },
    files: { c: `[Credentials]\n${A.lines}` },
    difference: 'retired-sources',
  },
  { name: '~/.boto', files: { '.boto': `[Credentials]\n${A.lines}` }, difference: 'retired-sources' },
];

export const intended: readonly Kind[] = [{ title: 'What is meant to be different is different.', cases }];
