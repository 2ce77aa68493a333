// Tests that frames arrive as they were sent, and that hostile ones are rejected.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  answerYourself,
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  isForOlder,
  isOfOlderDaemon,
  MAX_FRAME_BYTES,
  MAX_VARIABLE,
  MAX_VARIABLES,
  MAX_WHOLE_FRAME_BYTES,
  type NewRequest,
  OLDER_THAN_THIS,
  saidSize,
} from '../../../src/wire/codec.ts';

function requestIn(frame: Buffer) {
  const request = decodeRequest(frame);
  assert.ok(typeof request !== 'string', 'is read');
  return request;
}

const malformed = { code: 'protocol', message: 'the request is not of protocol ecr-xacct/2' };

/** The frame of a request within the size limit. */
function sent(request: NewRequest): Buffer {
  const frame = encodeRequest(request);
  assert.ok(frame !== undefined);
  return frame;
}

describe('a request', () => {
  test('is laid out as the native client lays it out', () => {
    const frame = sent({
      action: 'get',
      env: { HOME: '/home/dev', LANG: '' },
      input: 'host.example',
    });
    assert.equal(frame.toString(), 'ecr-xacct/2 get\n@size=0000064\0HOME=/home/dev\0LANG=\0\0host.example');
  });

  test('says how many bytes it has, from its first 33 on, and one of version 1 does not', () => {
    const request = { action: 'store', env: { HOME: '/home/dév' }, input: 'sécret' };
    const frame = sent(request);
    assert.equal(saidSize(frame), frame.length);
    assert.equal(saidSize(frame.subarray(0, 33)), frame.length);
    for (let length = 0; length < 30; length += 1)
      assert.equal(saidSize(frame.subarray(0, length)), undefined);
    const longest = sent({ ...request, action: 'explain' });
    assert.equal(saidSize(longest), longest.length);
    assert.equal(saidSize(sent({ ...request, version: 1 })), undefined);
    assert.equal(saidSize(Buffer.from('ecr-xacct/2 get\nHOME=/\n@size=0000001\0\0')), undefined);
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
          const request = requestIn(sent({ action, env, input }));
          assert.deepEqual(
            [request.version, request.action, Object.entries(request.env), request.input],
            [2, action, Object.entries(env), input],
          );
        },
      ),
    );
  });

  test('keeps what follows the first = of a variable', () => {
    assert.equal(requestIn(Buffer.from('ecr-xacct/1 get\nA=b=c\0\0')).env.A, 'b=c');
  });

  test('has the first of two variables of one name, as getenv has', () => {
    const frame = 'ecr-xacct/2 get\nAWS_PROFILE=\0A=1\0AWS_PROFILE=b\0A=2\0\0';
    assert.deepEqual({ ...requestIn(Buffer.from(frame)).env }, { AWS_PROFILE: '', A: '1' });
  });

  test('keeps NULs and line ends on stdin, for the grammar to refuse', () => {
    assert.equal(requestIn(Buffer.from('ecr-xacct/1 get\n\0a\0\0b\n')).input, 'a\0\0b\n');
  });

  test('cannot reach the prototype of anything', () => {
    const request = requestIn(Buffer.from('ecr-xacct/1 get\n__proto__=x\0\0'));
    assert.equal(Object.getPrototypeOf(request.env), null);
    assert.equal(request.env.toString, undefined);
  });

  test('of the version before is read, too', () => {
    const { version, action, env, input } = requestIn(Buffer.from('ecr-xacct/1 get\nA=b\0\0host'));
    assert.deepEqual([version, action, { ...env }, input], [1, 'get', { A: 'b' }, 'host']);
  });

  test('of a later version is told from what is no request', () => {
    for (const version of ['3', '10', '999999999'])
      assert.equal(decodeRequest(Buffer.from(`ecr-xacct/${version} get\n\0`)), 'version');
  });

  const hostile = {
    nothing: '',
    'no line': 'ecr-xacct/2 get',
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
    'a version that is too long for one': 'ecr-xacct/1000000000 get\n\0',
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
        fc.constantFrom('', 'ecr-xacct/1 get\n', 'ecr-xacct/2 get\n'),
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

  for (const [what, env, most] of [
    ['256 KiB', {}, MAX_FRAME_BYTES],
    ['1 MiB with the whole environment', { '@all': '1' }, MAX_WHOLE_FRAME_BYTES],
  ] as const) {
    test(`may have ${what} and no byte more`, () => {
      const before = sent({ action: 'store', env, input: '' }).length;
      const request = (bytes: number) => ({ action: 'store', env, input: 'x'.repeat(bytes - before) });
      const largest = sent(request(most));
      assert.equal(largest.length, most);
      assert.equal(requestIn(largest).input.length, most - before);
      assert.equal(encodeRequest(request(most + 1)), undefined);
      assert.throws(() => decodeRequest(Buffer.concat([largest, Buffer.from('x')])), {
        code: 'protocol',
        message: `stdin and environment are larger than ${most / 1024} KiB`,
      });
    });
  }

  test('with more variables than are gone through, or a longer one, is left to its client', () => {
    const frame = (count: number) => Buffer.from(`ecr-xacct/2 get\n${'A=b\0'.repeat(count)}\0`);
    assert.equal(requestIn(frame(MAX_VARIABLES)).action, 'get');
    assert.equal(decodeRequest(frame(MAX_VARIABLES + 1)), 'environment');
    const long = (length: number) => Buffer.from(`ecr-xacct/2 get\nA=${'x'.repeat(length)}\0\0`);
    assert.equal(requestIn(long(MAX_VARIABLE - 2)).action, 'get');
    assert.equal(decodeRequest(long(MAX_VARIABLE - 1)), 'environment');
  });

  test('is measured in bytes, not in characters', () => {
    const input = 'é'.repeat(MAX_FRAME_BYTES / 2);
    assert.equal(encodeRequest({ action: 'store', env: {}, input }), undefined);
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

  test('of 4 means: ask again with the whole environment', () => {
    assert.equal(encodeResponse({ outcome: 'ask-again', text: '' }).toString(), '4');
    assert.deepEqual(decodeResponse(Buffer.from('4text')), { outcome: 'ask-again', text: '' });
  });

  test('of any other byte means: answer yourself', () => {
    for (let byte = 0; byte < 256; byte += 1) {
      if ('0124='.includes(String.fromCharCode(byte))) continue;
      const frame = Buffer.concat([Buffer.of(byte), Buffer.from('text')]);
      assert.equal(decodeResponse(frame)?.outcome, 'answer-yourself');
    }
  });

  test('that says its size is read where it has as many bytes, and no more and no fewer', () => {
    const text = 'ÿ'.repeat(9);
    const bytes = encodeResponse({ outcome: 'success', text }, true);
    assert.equal(bytes.toString(), `=00000190${text}`);
    assert.deepEqual(decodeResponse(bytes), { outcome: 'success', text });
    for (const wrong of [bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.of(0)]), bytes.subarray(0, 8)])
      assert.equal(decodeResponse(wrong), undefined);
    assert.equal(decodeResponse(Buffer.from('=000000x0')), undefined);
  });

  test('that leaves it to the client says by which version, and why; one of version 1 says nothing', () => {
    const response = answerYourself('place');
    assert.equal(encodeResponse(response).toString(), '3ecr-xacct/2 place');
    const isOlder = (text: string) => isOfOlderDaemon({ outcome: 'answer-yourself', text });
    assert.deepEqual(['', 'ecr-xacct/1 place', response.text, 'ecr-xacct/3 place'].map(isOlder), [
      true,
      true,
      false,
      false,
    ]);
    assert.equal(isOfOlderDaemon({ outcome: 'failure', text: '' }), false);
  });

  test('is none where the daemon closed without one', () => {
    assert.equal(decodeResponse(Buffer.alloc(0)), undefined);
  });
});

describe('a stop', () => {
  test('of a newer client is for older daemons only; any other is for each', () => {
    assert.equal(OLDER_THAN_THIS, 'older than ecr-xacct/2');
    assert.deepEqual([OLDER_THAN_THIS, 'older than ecr-xacct/1'].map(isForOlder), [true, true]);
    assert.deepEqual(['', 'older than ecr-xacct/3', 'nonsense'].map(isForOlder), [false, false, false]);
  });
});

describe('the examples of docs/architecture.md', () => {
  const text = readFileSync(new URL('../../../docs/architecture.md', import.meta.url), 'utf8');
  const examples = [...text.matchAll(/^```wire\n(.*?)^```$/gms)].map(([, example = '']) => example);
  /** A message: the lines behind its name, and those below it, joined; `\n` and `\0` are one byte each. */
  const sentBy = (side: string, example: string) =>
    Buffer.from(
      (example.match(new RegExp(`^${side}: .*\\n(?: {8}.*\\n)*`, 'm'))?.[0] ?? '')
        .split('\n')
        .map((line) => line.slice(8))
        .join('')
        .replaceAll('\\n', '\n')
        .replaceAll('\\0', '\0'),
    );

  test('show each kind of answer', () => {
    const kinds = examples.map((example) => /^(?:daemon: )(?:=\d{7})?(.)/m.exec(example)?.[1]);
    assert.deepEqual([...new Set(kinds)].toSorted(), ['0', '1', '2', '3', '4']);
  });
  for (const example of examples) {
    test(`are what is sent: ${example.split('\n')[0]}`, () => {
      const [request, response] = [sentBy('client', example), sentBy('daemon', example)];
      const read = requestIn(request);
      assert.equal(sent(read).toString(), request.toString());
      const answer = decodeResponse(response);
      assert.ok(answer !== undefined);
      const isSized = saidSize(request) === request.length;
      assert.equal(isSized, read.version === 2);
      assert.equal(encodeResponse(answer, isSized).toString(), response.toString());
    });
  }
});
