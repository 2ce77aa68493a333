// Cases of the two files' paths, and of other things in their place.
import { A, B, type Case, type Kind } from '../differential-case.ts';

const DEV = `[profile dev]\n${B.lines}`;

const keysFile = `[dev]\n${A.lines}`;
const unreadable = '/proc/sys/vm/compact_memory';

const ofFiles: Case[] = [
  {
    name: 'AWS_CONFIG_FILE',
    env: { AWS_CONFIG_FILE: '{HOME}/c', AWS_PROFILE: 'dev' },
    files: { c: `[profile dev]\n${A.lines}` },
    config: DEV,
  },
  {
    name: 'AWS_SHARED_CREDENTIALS_FILE',
    env: { AWS_SHARED_CREDENTIALS_FILE: '{HOME}/c', AWS_PROFILE: 'dev' },
    files: { c: keysFile },
    credentials: `[dev]\n${B.lines}`,
  },
  {
    name: 'AWS_CONFIG_FILE with ~',
    env: { AWS_CONFIG_FILE: '~/c', AWS_PROFILE: 'dev' },
    files: { c: `[profile dev]\n${A.lines}` },
  },
  {
    name: 'AWS_CONFIG_FILE with $HOME',
    env: { AWS_CONFIG_FILE: '$HOME/c', AWS_PROFILE: 'dev' },
    files: { c: `[profile dev]\n${A.lines}` },
  },
  {
    name: 'AWS_CONFIG_FILE with a variable in braces',
    env: { AWS_CONFIG_FILE: `\${TMPDIR}/home/c`, AWS_PROFILE: 'dev' },
    files: { c: `[profile dev]\n${A.lines}` },
  },
  {
    name: 'AWS_SHARED_CREDENTIALS_FILE with ~',
    env: { AWS_SHARED_CREDENTIALS_FILE: '~/c', AWS_PROFILE: 'dev' },
    files: { c: keysFile },
  },
  {
    name: 'AWS_SHARED_CREDENTIALS_FILE with $HOME',
    env: { AWS_SHARED_CREDENTIALS_FILE: '$HOME/c', AWS_PROFILE: 'dev' },
    files: { c: keysFile },
  },
  {
    name: 'a relative AWS_CONFIG_FILE',
    env: { AWS_CONFIG_FILE: 'c', AWS_PROFILE: 'dev' },
    files: { c: `[profile dev]\n${A.lines}` },
  },
  {
    name: 'AWS_CONFIG_FILE of a variable that is not set',
    env: { AWS_CONFIG_FILE: '{HOME}/$NOTHING', AWS_PROFILE: 'dev' },
    credentials: keysFile,
    files: { $NOTHING: `[profile dev]\nregion = us-east-1\n` },
  },
  {
    name: 'an AWS_CONFIG_FILE that is not there',
    env: { AWS_CONFIG_FILE: '{HOME}/missing', AWS_PROFILE: 'dev' },
    credentials: keysFile,
    config: DEV,
  },
  {
    name: 'an AWS_CONFIG_FILE that is not there, keys of the standard one',
    env: { AWS_CONFIG_FILE: '{HOME}/missing', AWS_PROFILE: 'dev' },
    config: DEV,
  },
  { name: 'an empty AWS_CONFIG_FILE', env: { AWS_CONFIG_FILE: '', AWS_PROFILE: 'dev' }, config: DEV },
  {
    name: 'an empty AWS_SHARED_CREDENTIALS_FILE',
    env: { AWS_SHARED_CREDENTIALS_FILE: '', AWS_PROFILE: 'dev' },
    credentials: keysFile,
  },
  {
    name: '/dev/null as the config file',
    env: { AWS_CONFIG_FILE: '/dev/null', AWS_PROFILE: 'dev' },
    credentials: keysFile,
    config: DEV,
  },
  {
    name: '/dev/null as the credentials file',
    env: { AWS_SHARED_CREDENTIALS_FILE: '/dev/null', AWS_PROFILE: 'dev' },
    config: DEV,
    credentials: keysFile,
  },
  {
    name: '/dev/null as both, beside keys',
    env: { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null', ...A.env },
  },
  {
    name: 'a folder as the config file',
    env: { AWS_CONFIG_FILE: '{HOME}', AWS_PROFILE: 'dev' },
    credentials: keysFile,
  },
  {
    name: 'a folder as the credentials file',
    env: { AWS_SHARED_CREDENTIALS_FILE: '{HOME}', AWS_PROFILE: 'dev' },
    config: DEV,
  },
  { name: 'a folder as the config file, beside keys', env: { AWS_CONFIG_FILE: '{HOME}', ...A.env } },
  {
    name: 'a link that leads nowhere',
    env: { AWS_PROFILE: 'dev' },
    links: { '.aws/config': 'missing' },
    credentials: keysFile,
  },
  {
    name: 'a link to itself',
    env: { AWS_PROFILE: 'dev' },
    links: { '.aws/config': 'config' },
    credentials: keysFile,
    difference: 'unreadable-file',
  },
  {
    name: 'a link to a file',
    env: { AWS_PROFILE: 'dev' },
    links: { '.aws/config': '{HOME}/c' },
    files: { c: `[profile dev]\n${A.lines}` },
  },
  {
    name: 'a config file that may not be read, beside keys',
    env: A.env,
    links: { '.aws/config': unreadable },
  },
  {
    name: 'a credentials file that may not be read, beside keys',
    env: A.env,
    links: { '.aws/credentials': unreadable },
  },
  {
    name: 'one file in both variables',
    env: { AWS_CONFIG_FILE: '{HOME}/c', AWS_SHARED_CREDENTIALS_FILE: '{HOME}/c', AWS_PROFILE: 'dev' },
    files: { c: `[profile dev]\nregion = us-east-1\n${keysFile}` },
  },
];

export const files: readonly Kind[] = [{ title: 'The files are where the variables say.', cases: ofFiles }];
