// Owns the proof that what is sent is what arrives, and that a hostile frame is refused.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  MAX_FRAME_BYTES,
} from '../../../src/wire/codec.ts';

const malformed = { code: 'protocol', message: 'the request is not of protocol ecr-xacct/1' };
const tooLarge = { code: 'protocol', message: 'stdin and environment are larger than 256 KiB' };

describe('a request', () => {
  test('is laid out as the native client lays it out', () => {
    const frame = encodeRequest({
      action: 'get',
      env: { HOME: '/home/dev', LANG: '' },
      input: 'host.example',
    });
    assert.equal(frame.toString(), 'ecr-xacct/1 get\nHOME=/home/dev\0LANG=\0\0host.example');
  });

  test('arrives as it was sent', () => {
    const text = fc.string({ unit: 'grapheme' });
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]*$/);
    const env = fc.dictionary(
      fc.oneof(name, fc.constantFrom('__proto__', 'constructor')),
      text.map((value) => value.replaceAll('\0', '')),
    );
    fc.assert(
      fc.property(
        fc.constantFrom('get', 'store', 'status'),
        env,
        fc.string({ unit: 'binary' }),
        (action, env, input) => {
          const request = decodeRequest(encodeRequest({ action, env, input }));
          assert.deepEqual(
            [request?.action, Object.entries(request?.env ?? {}), request?.input],
            [action, Object.entries(env), input],
          );
        },
      ),
    );
  });

  test('keeps what follows the first = of a variable', () => {
    assert.equal(decodeRequest(Buffer.from('ecr-xacct/1 get\nA=b=c\0\0'))?.env.A, 'b=c');
  });

  test('keeps NULs and line ends on stdin, for the grammar to refuse', () => {
    assert.equal(decodeRequest(Buffer.from('ecr-xacct/1 get\n\0a\0\0b\n'))?.input, 'a\0\0b\n');
  });

  test('cannot reach the prototype of anything', () => {
    const request = decodeRequest(Buffer.from('ecr-xacct/1 get\n__proto__=x\0\0'));
    assert.equal(Object.getPrototypeOf(request?.env), null);
    assert.equal(request?.env.toString, undefined);
  });

  test('of another version is told from what is no request', () => {
    assert.equal(decodeRequest(Buffer.from('ecr-xacct/2 get\n\0')), undefined);
  });

  const hostile = {
    nothing: '',
    'no line': 'ecr-xacct/1 get',
    'no end of the environment': 'ecr-xacct/1 get\nA=b\0',
    'no environment': 'ecr-xacct/1 get\n',
    'a variable that does not end': 'ecr-xacct/1 get\nA=b',
    'a variable without a name': 'ecr-xacct/1 get\n=x\0\0',
    'a variable without =': 'ecr-xacct/1 get\nA\0\0',
    'no action': 'ecr-xacct/1\n\0',
    'two actions': 'ecr-xacct/1 get list\n\0',
    'another protocol': 'GET / HTTP/1.1\nHost: x\n\n',
    'a protocol that only begins alike': 'ecr-xacct/1x get\n\0',
    'a version that is no number': 'ecr-xacct/ get\n\0',
    'a line before the line': '\necr-xacct/1 get\n\0',
    'only NULs': '\0\0\0\0',
  };
  for (const [what, frame] of Object.entries(hostile)) {
    test(`is refused where it is ${what}`, () => {
      assert.throws(() => decodeRequest(Buffer.from(frame)), malformed);
    });
  }

  test('of any bytes is read or refused, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom('', 'ecr-xacct/1 get\n'),
        (bytes, before) => {
          try {
            decodeRequest(Buffer.concat([Buffer.from(before), bytes]));
          } catch (error) {
            assert.deepEqual(
              [(error as { code?: string }).code, (error as Error).message],
              ['protocol', malformed.message],
            );
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('may have 256 KiB and no byte more', () => {
    const before = Buffer.byteLength('ecr-xacct/1 store\n\0');
    const request = (bytes: number) => ({ action: 'store', env: {}, input: 'x'.repeat(bytes - before) });
    const largest = encodeRequest(request(MAX_FRAME_BYTES));
    assert.equal(largest.length, 256 * 1024);
    assert.equal(decodeRequest(largest)?.input.length, MAX_FRAME_BYTES - before);
    assert.throws(() => encodeRequest(request(MAX_FRAME_BYTES + 1)), tooLarge);
    assert.throws(() => decodeRequest(Buffer.concat([largest, Buffer.from('x')])), tooLarge);
  });

  test('is measured in bytes, not in characters', () => {
    const input = 'é'.repeat(MAX_FRAME_BYTES / 2);
    assert.throws(() => encodeRequest({ action: 'store', env: {}, input }), tooLarge);
  });
});

describe('a response', () => {
  for (const [outcome, byte] of [
    ['success', '0'],
    ['quiet-failure', '1'],
    ['failure', '2'],
  ] as const) {
    test(`of ${outcome} is ${byte} and the text`, () => {
      const frame = encodeResponse({ outcome, text: 'tëxt\n' });
      assert.equal(frame.toString(), `${byte}tëxt\n`);
      assert.deepEqual(decodeResponse(frame), { outcome, text: 'tëxt\n' });
    });
  }

  test('of any other byte means: answer yourself, and its text counts for nothing', () => {
    for (let byte = 0; byte < 256; byte += 1) {
      if ('012'.includes(String.fromCharCode(byte))) continue;
      const frame = Buffer.concat([Buffer.of(byte), Buffer.from('text')]);
      assert.deepEqual(decodeResponse(frame), { outcome: 'answer-yourself', text: '' });
    }
    assert.deepEqual(decodeResponse(encodeResponse({ outcome: 'answer-yourself', text: '' })), {
      outcome: 'answer-yourself',
      text: '',
    });
  });

  test('is none where the daemon closed without one', () => {
    assert.equal(decodeResponse(Buffer.alloc(0)), undefined);
  });
});
