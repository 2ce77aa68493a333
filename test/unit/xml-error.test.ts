// Reading a server's error in XML.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseXmlError } from '../../src/xml-error.ts';

const rows: [title: string, body: string, expected: object | undefined][] = [
  [
    'Of S3, the code and the sentence are read, and no signature.',
    '<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code><Message>No &amp; no&#39;</Message><StringToSign>AWS4</StringToSign></Error>',
    { code: 'AccessDenied', message: "No & no'" },
  ],
  [
    'Of the query protocol, the error within the answer is read.',
    '<ErrorResponse xmlns="https://x/"><Error><Type>Sender</Type><Code>Throttling</Code><Message>Slow</Message></Error></ErrorResponse>',
    { code: 'Throttling', message: 'Slow' },
  ],
  [
    'Of a front end, the name of the root is the code.',
    '<UnknownOperationException/>',
    { code: 'UnknownOperationException' },
  ],
  ['A page for people is no error.', '<html><Code>x</Code></html>', undefined],
  ['A page in capitals is none either.', '<HTML><Code>x</Code></HTML>', undefined],
  ['An element that says no code is no error.', '<Answer><Message>x</Message></Answer>', undefined],
  ['JSON is no error in XML.', '{"__type":"<Error>"}', undefined],
  [
    'A number that is no character stays as it is written.',
    '<Error><Code>a&#9999999;&nope;</Code></Error>',
    { code: 'a&#9999999;&nope;' },
  ],
];
for (const [title, body, expected] of rows) {
  test(title, () => assert.deepEqual(parseXmlError(body), expected));
}
