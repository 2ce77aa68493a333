// Cases of a credential_process's output.
import { A, bytes, type Case, FUTURE, type Kind, ofDev, PAST, prints, T } from '../differential-case.ts';

function output(name: string, printed: string | Uint8Array): Case {
  const { line, files } = prints(printed);
  return { name, config: `[profile dev]\n${line}`, files };
}

/** Keys of A, with other members. */
function answer(members: Record<string, unknown>): string {
  return JSON.stringify({ Version: 1, AccessKeyId: A.id, SecretAccessKey: A.secret, ...members });
}

const outputs: Case[] = [
  output('keys', A.json),
  output('a session', T.json),
  output('a session with an Expiration', JSON.stringify({ ...JSON.parse(T.json), Expiration: FUTURE })),
  output('no Version', answer({ Version: undefined })),
  output('Version "1"', answer({ Version: '1' })),
  output('Version 1.0', answer({}).replace('"Version":1', '"Version":1.0')),
  output('Version 2', answer({ Version: 2 })),
  { ...output('Version true', answer({ Version: true })), difference: 'process-json' },
  output('no SecretAccessKey', answer({ SecretAccessKey: undefined })),
  output('no AccessKeyId', answer({ AccessKeyId: undefined })),
  output('an empty AccessKeyId', answer({ AccessKeyId: '' })),
  output('an AccessKeyId of null', answer({ AccessKeyId: null })),
  output('names in another case', answer({}).replace('AccessKeyId', 'accessKeyId')),
  output('an empty SessionToken', answer({ SessionToken: '' })),
  output('a SessionToken of null', answer({ SessionToken: null })),
  output('a SessionToken of another', answer({ SessionToken: 'stale' })),
  output('an Expiration of the past', answer({ Expiration: PAST })),
  output('an Expiration of null', answer({ Expiration: null })),
  output('an empty Expiration', answer({ Expiration: '' })),
  output('an Expiration without a zone', answer({ Expiration: '2099-01-01T00:00:00' })),
  output('an Expiration of a date', answer({ Expiration: '2099-01-01' })),
  output('an Expiration with an offset', answer({ Expiration: '2099-01-01T00:00:00+02:00' })),
  output('an Expiration in the basic form', answer({ Expiration: '20990101T000000Z' })),
  output('an Expiration with UTC behind it', answer({ Expiration: '2099-01-01T00:00:00UTC' })),
  output('an Expiration with an offset without a colon', answer({ Expiration: '2099-01-01T00:00:00+0000' })),
  output('an Expiration with a blank for T', answer({ Expiration: '2099-01-01 00:00:00Z' })),
  output('an Expiration as in HTTP', answer({ Expiration: 'Thu, 01 Jan 2099 00:00:00 GMT' })),
  output('an Expiration in the basic form, of the past', answer({ Expiration: '20200101T000000Z' })),
  output('an Expiration on 30 February', answer({ Expiration: '2099-02-30T00:00:00Z' })),
  output('an Expiration in words', answer({ Expiration: 'tomorrow' })),
  output('an Expiration in seconds', answer({ Expiration: 4_070_908_800 })),
  output('an Expiration in seconds, as text', answer({ Expiration: '4070908800' })),
  output('an AccountId', answer({ AccountId: '444455556666' })),
  output('more members', answer({ Extra: { a: [1] } })),
  output('a line before', `hello\n${A.json}`),
  output('a line behind', `${A.json}\nhello\n`),
  output('empty lines around', `\n\n${A.json}\n\n`),
  output('many lines', JSON.stringify(JSON.parse(A.json), undefined, 2)),
  output('CRLF', JSON.stringify(JSON.parse(A.json), undefined, 2).replaceAll('\n', '\r\n')),
  output('a BOM', `\ufeff${A.json}`),
  output('a list', `[${A.json}]`),
  output('a string', '"x"'),
  output('null', 'null'),
  output('nothing', ''),
  output('twice the same member', A.json.replace('{', `{"AccessKeyId":"x",`)),
  output('a comma too much', A.json.replace('}', ',}')),
  { ...output('NaN', answer({}).replace('}', ',"x":NaN}')), difference: 'process-json' },
  output('bytes', bytes('{"Version":1,"x":"\xff"}')),
  output('a UTF-8 name', answer({ Ü: 'ü' })),
  output('much', answer({ Extra: 'x'.repeat(200_000) })),
];

export const processOutputs: readonly Kind[] = [
  { title: 'What a process prints is read as the AWS CLI reads it.', cases: ofDev(outputs) },
];
