// Cases of options: names, separators, comments, continuation lines, and odd bytes in a file.
import {
  A,
  B,
  bytes,
  type Case,
  type Kind,
  NEWER,
  ONE,
  ofDev,
  roleOf,
  SSO_SESSION,
  sso,
  ssoCache,
} from '../differential-case.ts';

const ID = `aws_access_key_id = ${A.id}`;
const SECRET = `aws_secret_access_key = ${A.secret}`;

/** A profile with these lines, and `base` with keys. */
function dev(name: string, ...lines: readonly string[]): Case {
  return { name, config: `[profile dev]\n${lines.join('\n')}\n[profile base]\n${B.lines}` };
}

const separators: Case[] = [
  dev('=', `aws_access_key_id=${A.id}`, `aws_secret_access_key=${A.secret}`),
  dev(':', `aws_access_key_id:${A.id}`, `aws_secret_access_key:${A.secret}`),
  dev(': and a blank', `aws_access_key_id: ${A.id}`, `aws_secret_access_key: ${A.secret}`),
  dev('blanks and tabs', `aws_access_key_id \t=\t ${A.id}\t`, `aws_secret_access_key   :   ${A.secret}  `),
  dev('= after :', `aws_access_key_id := ${A.id}`, SECRET),
  dev('= twice', `aws_access_key_id == ${A.id}`, SECRET),
  dev('an ARN has colons', `role_arn: ${ONE}`, 'source_profile: base'),
  dev('a colon before the =', 'a:b = c', ID, SECRET),
  dev('no separator', 'aws_access_key_id', SECRET),
  dev('no name', '= x', ID, SECRET),
  dev('a blank instead of a separator', `aws_access_key_id ${A.id}`, SECRET),
];

const names: Case[] = [
  dev('upper case', ID.toUpperCase(), `AWS_SECRET_ACCESS_KEY = ${A.secret}`),
  dev('mixed case', `Aws_Access_Key_Id = ${A.id}`, SECRET),
  dev('a role in upper case', `ROLE_ARN = ${ONE}`, 'Source_Profile = base'),
  dev('export', `export ${ID}`, `export ${SECRET}`),
  dev('quoted', `"aws_access_key_id" = ${A.id}`, SECRET),
  dev('a blank in it', `aws_access_key_ id = ${A.id}`, SECRET),
  dev('dashes', `aws-access-key-id = ${A.id}`, SECRET),
  dev('prototype', '__proto__ = x', 'constructor = y', ID, SECRET),
  dev('a dotted capital i', `AWS_ACCESS_KEY_\u0130D = ${A.id}`, SECRET),
  {
    name: 'upper case in credentials',
    credentials: `[dev]\nAWS_ACCESS_KEY_ID = ${A.id}\nAWS_SECRET_ACCESS_KEY = ${A.secret}\n`,
  },
];

const values: Case[] = [
  dev(' # behind a key ID', `${ID} # c`, SECRET),
  dev(' ; behind a key ID', `${ID} ; c`, SECRET),
  dev('# at a key ID', `${ID}#c`, SECRET),
  dev(' # behind a secret', ID, `${SECRET} # c`),
  dev(' # behind a region', ID, SECRET, 'region = us-east-1 # c'),
  dev(' # behind a source_profile', `role_arn = ${ONE}`, 'source_profile = base # c'),
  dev(' # behind a role_arn', `role_arn = ${ONE} # c`, 'source_profile = base'),
  dev(' # behind an external_id', `role_arn = ${ONE}`, 'source_profile = base', 'external_id = a # b'),
  dev('# in an external_id', `role_arn = ${ONE}`, 'source_profile = base', 'external_id = a#b'),
  dev('quotes around a key ID', `aws_access_key_id = "${A.id}"`, SECRET),
  dev('quotes around a source_profile', `role_arn = ${ONE}`, 'source_profile = "base"'),
  dev('an empty key ID', 'aws_access_key_id =', SECRET),
  dev('an empty secret', ID, 'aws_secret_access_key ='),
  dev('an empty key ID and secret', 'aws_access_key_id =', 'aws_secret_access_key ='),
  dev('an empty session token', ID, SECRET, 'aws_session_token ='),
  dev('an empty region', ID, SECRET, 'region ='),
  dev('an empty source_profile', `role_arn = ${ONE}`, 'source_profile =', ID, SECRET),
  dev('an empty credential_source', `role_arn = ${ONE}`, 'source_profile = base', 'credential_source ='),
  dev('an empty role_arn', 'role_arn =', 'source_profile = base', ID, SECRET),
  dev('an empty external_id', `role_arn = ${ONE}`, 'source_profile = base', 'external_id ='),
  dev('an empty mfa_serial', `role_arn = ${ONE}`, 'source_profile = base', 'mfa_serial ='),
  dev('an empty role_session_name', `role_arn = ${ONE}`, 'source_profile = base', 'role_session_name ='),
  dev('an empty credential_process', 'credential_process =', ID, SECRET),
  dev(
    'an empty web_identity_token_file',
    `role_arn = ${ONE}`,
    'source_profile = base',
    'web_identity_token_file =',
  ),
  dev('an empty sso_account_id', 'sso_account_id =', ID, SECRET),
  dev('an empty sso_session', 'sso_session =', ID, SECRET),
  { ...dev('an empty login_session', 'login_session =', ID, SECRET), newer: NEWER.login },
  dev('percent signs', ID, SECRET, 'output = %(region)s %d %%'),
  dev('dollars', ID, SECRET, `external_id = $USER \${USER}`),
  dev('a no-break space behind a value', `${ID}\u00a0`, SECRET),
  dev('a no-break space before a value', `aws_access_key_id =\u00a0${A.id}`, SECRET),
  dev('a zero-width blank behind a value', `role_arn = ${ONE}`, 'source_profile = base\u200b'),
  dev('an ideographic blank behind a value', `role_arn = ${ONE}`, 'source_profile = base\u3000'),
  dev('a form feed and a vertical tab behind a value', `${ID}\f\v`, SECRET),
  dev('a next-line sign behind a value', `${ID}\u0085`, SECRET),
  dev('a line separator behind a value', `${ID}\u2028`, SECRET),
  dev('a file separator behind a value', `${ID}\u001c`, SECRET),
  dev('a very long value', ID, SECRET, `output = ${'x'.repeat(70_000)}`),
];

const comments: Case[] = [
  dev('#', '# c = d', ID, '#', SECRET),
  dev(';', '; c = d', ID, ';', SECRET),
  dev('indented', '  # c = d', ID, '\t; c', SECRET),
  dev('that hide a header', ID, '# [profile x]', SECRET),
  dev('//', '// c', ID, SECRET),
  dev('// with a separator', '// c = d', ID, SECRET),
  dev('REM', `rem ${ID}`, ID, SECRET),
  dev(
    'between a value and its continuation',
    `role_arn = ${ONE}`,
    'source_profile = base',
    'output = a',
    '# c',
    '  b',
  ),
];

const continued: Case[] = [
  dev(
    'a secret on two lines',
    ID,
    `aws_secret_access_key = ${A.secret.slice(0, 9)}`,
    `  ${A.secret.slice(9)}`,
  ),
  dev('a source_profile on the next line', `role_arn = ${ONE}`, 'source_profile =', '  base'),
  dev('a region on the next line', ID, SECRET, 'region =', '  us-east-1'),
  dev('an unused setting on two lines', ID, SECRET, 'output = a', '  b'),
  dev(
    'an unused setting with a separator on its second line',
    ID,
    SECRET,
    'output = a',
    '  region = eu-west-1',
  ),
  dev('keys indented below a setting', 'output = json', `  ${ID}`, `  ${SECRET}`),
  dev('keys indented below the header', `  ${ID}`, `  ${SECRET}`),
  dev('all settings indented by a tab', '\toutput = json', `\t${ID}`, `\t${SECRET}`),
  dev('more and more indented', ID, ` ${SECRET}`),
  dev('less and less indented', `    ${ID}`, `  ${SECRET}`),
  dev('keys indented below an empty line', 'output = json', '', `  ${ID}`, `  ${SECRET}`),
  dev('an empty line in a value', ID, SECRET, 'output = a', '', '  b'),
  dev('an empty line of blanks in a value', ID, SECRET, 'output = a', '   ', '  b', 'region = us-east-1'),
  dev('an indented header', ID, SECRET, ' [profile prod]', ` role_arn = ${ONE}`),
  dev('a header in a nested section', ID, SECRET, 's3 =', '  [profile prod]'),
];

const nested: Case[] = [
  dev('before keys', 's3 =', '  max_concurrent_requests = 10', '  addressing_style = path', ID, SECRET),
  dev('behind keys', ID, SECRET, 's3 =', '  addressing_style = path'),
  dev('of keys', 's3 =', `  ${ID}`, `  ${SECRET}`),
  dev('of other keys', ID, SECRET, 's3 =', `  aws_access_key_id = ${B.id}`, '  region = eu-west-1'),
  dev('with a role in it', ID, SECRET, 's3 =', `  role_arn = ${ONE}`, '  source_profile = base'),
  dev('of lines that are none', ID, SECRET, 's3 =', '  word'),
  dev('of colons', ID, SECRET, 's3 =', '  addressing_style: path'),
  dev('with a comment in it', ID, SECRET, 's3 =', '  # c', '  addressing_style = path'),
  dev('with an empty line in it', ID, SECRET, 's3 =', '', '  addressing_style = path'),
  dev('with an empty line behind it', 's3 =', '  addressing_style = path', '', `  ${ID}`, SECRET),
  dev('under a key ID', 'aws_access_key_id =', `  ${ID}`, SECRET),
  dev('under a role_arn', 'role_arn =', '  a = b', 'source_profile = base'),
  dev('under a source_profile', `role_arn = ${ONE}`, 'source_profile =', '  a = b'),
  dev('under a region', ID, SECRET, 'region =', '  a = b'),
  dev('under a credential_process', 'credential_process =', '  a = b'),
  { name: 'of keys, in credentials', credentials: `[dev]\ns3 =\n  a = b\n${A.lines}` },
  { name: 'of lines that are none, in credentials', credentials: `[dev]\n${A.lines}s3 =\n  word\n` },
  {
    name: 'of lines that are none, in another profile',
    config: `[profile dev]\n${A.lines}[profile x]\ns3 =\n  word\n`,
  },
];

const plain = `[profile dev]\n${A.lines}`;
const role = `[profile dev]\n${roleOf(ONE, 'base')}[profile base]\n${B.lines}`;

const lineEnds: Case[] = [
  { name: 'CRLF', config: role.replaceAll('\n', '\r\n') },
  { name: 'CR', config: role.replaceAll('\n', '\r') },
  { name: 'CR in credentials', credentials: `[dev]\r${A.lines.replaceAll('\n', '\r')}` },
  { name: 'CRLF in credentials', credentials: `[dev]\r\n${A.lines.replaceAll('\n', '\r\n')}` },
  { name: 'CR CR LF', config: role.replaceAll('\n', '\r\r\n') },
  { name: 'one CR in a comment', config: `# c\r${role}` },
  {
    name: 'one CR behind a comment hides no header',
    config: `[profile dev]\n${A.lines}# c\r[profile prod]\n${roleOf(ONE, 'base')}`,
  },
  { name: 'one CR in a value', config: `[profile dev]\n${A.lines}output = a\rregion = us-east-1\n` },
  { name: 'LF CR', config: role.replaceAll('\n', '\n\r') },
  { name: 'no end of the last line', config: role.trimEnd() },
  { name: 'form feeds for line ends', config: role.replaceAll('\n', '\f') },
  { name: 'a next-line sign for a line end', config: plain.replace('\n', '\u0085') },
  { name: 'a line separator for a line end', config: plain.replace('\n', '\u2028') },
];

const odd: Case[] = [
  { name: 'a BOM', config: `\ufeff${plain}` },
  { name: 'a BOM and a line before the header', config: `\ufeff\n${plain}` },
  { name: 'a BOM and a comment', config: `\ufeff# c\n${plain}` },
  { name: 'a BOM in credentials', credentials: `\ufeff[dev]\n${A.lines}` },
  { name: 'a BOM in credentials, below keys of config', config: plain, credentials: `\ufeff[x]\n${B.lines}` },
  { name: 'a BOM within', config: `[profile x]\na = b\n\ufeff${plain}` },
  { name: 'Latin-1 in a comment', config: bytes(`# \xe9t\xe9\n${plain}`) },
  { name: 'Latin-1 in a name', config: bytes(`[profile \xe9t\xe9]\n${B.lines}${plain}`) },
  { name: 'Latin-1 in credentials, below keys of config', config: plain, credentials: bytes('# \xe9\n') },
  { name: 'UTF-16', config: Buffer.from(plain, 'utf16le') },
  { name: 'a NUL in a comment', config: `# \0\n${plain}` },
  { name: 'a NUL in a value', config: `[profile dev]\n${ID}\0\n${SECRET}\n` },
  { name: 'an overlong zero', config: bytes(`# \xc0\x80\n${plain}`) },
  { name: 'half a surrogate pair', config: bytes(`# \xed\xa0\x80\n${plain}`) },
  { name: 'an empty file', config: '', credentials: `[dev]\n${A.lines}` },
  { name: 'two empty files', config: '', credentials: '' },
  { name: 'blanks alone', config: ' \n\t\n', credentials: `[dev]\n${A.lines}` },
  { name: 'an indented first line', config: `  output = json\n${plain}` },
  { name: 'a no-break space before a header', config: `\u00a0${plain}` },
  {
    name: 'a no-break space before a setting',
    config: `[profile dev]\noutput = json\n\u00a0${ID}\n${SECRET}\n`,
  },
  { name: 'HTML', config: '<html>\n<body a = b>\n', credentials: `[dev]\n${A.lines}` },
  { name: 'JSON', config: '{"profile": "dev"}\n', credentials: `[dev]\n${A.lines}` },
  { name: 'a conflict of git', config: `<<<<<<< HEAD\n${plain}=======\n>>>>>>> x\n` },
  {
    name: 'a conflict of git, within a profile',
    config: `[profile dev]\n<<<<<<< HEAD\n${ID}\n=======\n${SECRET}\n>>>>>>> x\n`,
  },
  {
    name: 'a broken file, the profile by SSO',
    config: `[profile dev]\n${sso('Dev')}${SSO_SESSION}word\n`,
    files: ssoCache('corp'),
  },
];

export const options: readonly Kind[] = [
  { title: 'An option ends at = or :.', cases: ofDev(separators) },
  { title: 'An option has its name in any case.', cases: ofDev(names) },
  { title: 'A value is all of its line, and may be empty.', cases: ofDev(values) },
  { title: 'A comment is a line of its own.', cases: ofDev(comments) },
  { title: 'An indented line goes on with the value above it.', cases: ofDev(continued) },
  { title: 'A nested section has no settings of the profile.', cases: ofDev(nested) },
  { title: 'Lines end with LF, CRLF or CR.', cases: ofDev(lineEnds) },
  { title: 'A file with odd bytes is refused, or means what it says.', cases: ofDev(odd) },
];
