// The native client, with sanitizers: what it sends, how it handles any answer, and its streams.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import {
  KEPT_PREFIX,
  PASSED_NAMES,
  PASSED_PREFIXES,
  passedEnvironment,
  wholeEnvironment,
} from '../../../src/caller-environment.ts';
import {
  encodeRequest,
  MAX_FRAME_BYTES,
  MAX_WHOLE_FRAME_BYTES,
  type NewRequest,
} from '../../../src/wire/codec.ts';
import { FILE_VARIABLES, placeVariables } from '../../../src/wire/place.ts';
import { skipWithout } from '../../support/peers.ts';
import { type ClientOptions, type ClientRan, makeNativeClient } from '../../support/product/native-client.ts';
import { answering, pretendDaemon, type Treatment } from '../../support/product/pretend-daemon.ts';

const HOST = '111122223333.dkr.ecr.us-east-1.amazonaws.com';

const skip = skipWithout('gcc');
const client = skip === false ? await makeNativeClient() : undefined;
after(() => client?.[Symbol.asyncDispose]());

/** Runs the client against a daemon that does so. */
async function ask(
  treat: Treatment,
  args: readonly string[] = ['get'],
  options: ClientOptions = { input: HOST },
): Promise<ClientRan> {
  assert.ok(client !== undefined);
  await using _daemon = await pretendDaemon(client.socket, treat);
  return await client.run(args, options);
}

/** The frame that a daemon receives from such a client. */
async function frameOf(args: readonly string[], options: ClientOptions): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  assert.deepEqual(await ask(answering('0ok', resolve), args, options), said(0, 'ok'));
  return promise;
}

/** The frame of a request within the size limit. */
function sent(request: NewRequest): Buffer {
  const frame = encodeRequest(request);
  assert.ok(frame !== undefined);
  return frame;
}

/** The same frame with other bytes in it, and with the size that it then has. Latin-1. */
function resized(frame: string): string {
  return frame.replace(/@size=\d{7}/, `@size=${String(frame.length).padStart(7, '0')}`);
}

/** The parts of a frame in any order, because a process's environment has none. */
function sorted(frame: Buffer): string[] {
  return frame
    .toString()
    .split(/[\0\n]/)
    .toSorted();
}

/** The client's own messages. */
function said(status: number, stdout: string, stderr = ''): ClientRan {
  return { status, stdout, stderr, handed: undefined };
}

/** The client became the program, and printed nothing itself. */
function became(args: readonly string[], stdin: string | undefined, open = [0, 1, 2]): ClientRan {
  const handed = { args: ['helper', ...args], profile: 'dev', open, stdin };
  return { status: 7, stdout: '', stderr: '', handed };
}

/** The client itself fails: one line on both streams. */
function refused(line: string): ClientRan {
  return said(1, `ecr-xacct: ${line}\n`, `ecr-xacct: ${line}\n`);
}

async function writePieces(socket: Socket, pieces: Iterable<string>): Promise<void> {
  for (const piece of pieces) await new Promise((resolve) => socket.write(piece, 'latin1', resolve));
}

describe('of an answer', { skip }, () => {
  const answers: Record<string, ClientRan> = {
    '0{"Secret":"s"}\n': said(0, '{"Secret":"s"}\n'),
    '0': said(0, ''),
    '0\0\n0': said(0, '\0\n0'),
    '1not here': said(1, 'not here\n'),
    '1': said(1, '\n'),
    '2wrong': said(1, 'wrong\n', 'wrong\n'),
  };
  for (const [answer, expected] of Object.entries(answers)) {
    test(`${JSON.stringify(answer)} the rest is written where its first byte says`, async () => {
      assert.deepEqual(await ask(answering(answer)), expected);
    });
  }
  for (const [text, expected] of Object.entries(answers)) {
    const sized = `=${String(Buffer.byteLength(text)).padStart(7, '0')}${text}`;
    test(`${JSON.stringify(sized)} the end is not waited for`, async () => {
      // In two pieces, and then nothing: the connection stays open.
      const treat: Treatment = (socket) => {
        socket.once('end', () => {
          socket.write(sized.slice(0, 5));
          setImmediate(() => socket.write(sized.slice(5)));
        });
        socket.resume();
      };
      assert.deepEqual(await ask(treat), expected);
    });
  }
  for (const answer of [
    '=',
    '=0000003',
    '=00000030o',
    '=00000010ok',
    '=000000a0',
    '=00000000ok',
    '==0000010',
  ]) {
    test(`${JSON.stringify(answer)} nothing is written: it is not whole, or more than it says`, async () => {
      assert.deepEqual(await ask(answering(answer)), became(['get'], HOST));
    });
  }
  for (const answer of ['3', '30text', '5', '\0', '/0', '\n', 'HTTP/1.1 400 Bad Request\r\n\r\n']) {
    test(`${JSON.stringify(answer)} nothing is written: the program is given stdin as it was`, async () => {
      assert.deepEqual(await ask(answering(answer)), became(['get'], HOST));
    });
  }
  test('that comes byte by byte, all is written', async () => {
    const expected = said(0, `${'{"Secret":"token"}'.repeat(20)}\n`);
    const treat: Treatment = (socket) => {
      socket.resume().once('end', async () => {
        await writePieces(socket, `0${expected.stdout}`);
        socket.end();
      });
    };
    assert.deepEqual(await ask(treat), expected);
  });
  test('that is as large as it may be, all is written', async () => {
    const text = 'x'.repeat(MAX_FRAME_BYTES - 1);
    assert.deepEqual(await ask(answering(`0${text}`)), said(0, text));
    assert.deepEqual(await ask(answering(`1${text}`)), said(1, `${text}\n`));
  });
  test('that is larger, nothing is written, whether it ends or not', async () => {
    assert.deepEqual(await ask(answering(`0${'x'.repeat(MAX_FRAME_BYTES)}`)), became(['get'], HOST));
    const endless: Treatment = (socket) => {
      const more = () => {
        while (socket.write(`2${'x'.repeat(65_536)}`));
      };
      socket.on('drain', more).resume().once('end', more);
    };
    assert.deepEqual(await ask(endless), became(['get'], HOST));
  });
  test('that is empty, or does not come, nothing is made', async () => {
    assert.deepEqual(await ask(answering('')), became(['get'], HOST));
    assert.deepEqual(await ask((socket) => socket.destroy()), became(['get'], HOST));
  });
  test('that breaks off because the daemon died before it had read the request, nothing is written', async () => {
    const input = 'x'.repeat(50_000);
    const treat: Treatment = (socket) => socket.write('0{"Secret":', () => socket.destroy());
    assert.deepEqual(await ask(treat, ['store'], { input }), became(['store'], input));
  });
  test('that does not come in time, the program is told', async () => {
    const treat: Treatment = (socket) => socket.resume();
    const options = { input: HOST, env: { ECR_XACCT_TIMEOUT: '1' } };
    assert.deepEqual(await ask(treat, ['get'], options), became(['get', '--daemon-silent'], HOST));
  });
});

describe('the request', { skip }, () => {
  const env = client?.env ?? {};

  for (const action of ['get', 'store', 'erase']) {
    test(`of ${action} is the one that the TypeScript client would send`, async () => {
      const frame = await frameOf([action], { input: `${HOST}\n` });
      assert.deepEqual(frame, sent({ action, env, input: `${HOST}\n` }));
    });
  }
  test('of list has no stdin, and leaves it to the program where the daemon gives no answer', async () => {
    assert.deepEqual(await frameOf(['list'], { input: 'unused' }), sent({ action: 'list', env, input: '' }));
    assert.deepEqual(await ask(answering('3'), ['list'], { input: 'unused' }), became(['list'], 'unused'));
  });
  test('has of the environment what passedEnvironment lets through, whatever is in it', async () => {
    const names = [
      ...PASSED_NAMES,
      ...PASSED_PREFIXES.flatMap((prefix) => [
        prefix,
        prefix.slice(0, -1),
        `${prefix}X`,
        prefix.toLowerCase(),
      ]),
      ...[
        `${KEPT_PREFIX}NODE_OPTIONS`,
        KEPT_PREFIX,
        'Http_Proxy',
        'FTP_PROXY',
        'NODE_OPTIONS',
        'SHELL',
        'SSLKEYLOGFILE',
        'LD_PRELOADED',
      ],
    ];
    const near = fc
      .tuple(
        fc.constantFrom('', 'X', '_', ' '),
        fc.constantFrom(...names),
        fc.constantFrom('', 'X', '_', '1', ' ', 'é'),
      )
      .map((parts) => parts.join(''));
    const any = fc.string({ unit: 'grapheme', minLength: 1 }).filter((name) => !/[=\0]/.test(name));
    const value = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', ''));
    // Variables that control the client have their own tests.
    const steers = /^(?:ECR_XACCT_(?:SOCKET|DAEMON|TIMEOUT)|ASAN_OPTIONS|UBSAN_OPTIONS|RECORD)$/;
    const variables = fc
      .dictionary(fc.oneof(near, any), value, { maxKeys: 60, noNullPrototype: true })
      .map((all) => Object.fromEntries(Object.entries(all).filter(([name]) => !steers.test(name))));
    await fc.assert(
      fc.asyncProperty(variables, async (more) => {
        const frame = await frameOf(['get'], { input: HOST, env: more });
        const request = { action: 'get', env: passedEnvironment({ ...env, ...more }), input: HOST };
        assert.equal(frame.toString(), sent(request).toString());
      }),
      { numRuns: 25 },
    );
    const everything = Object.fromEntries(names.map((name) => [name, `value of ${name}`]));
    const frame = await frameOf(['get'], { input: HOST, env: everything });
    const expected = { action: 'get', env: passedEnvironment({ ...env, ...everything }), input: HOST };
    assert.equal(frame.toString(), sent(expected).toString());
  });
  test('may be 256 KiB, and no byte larger', async () => {
    const before = sent({ action: 'store', env, input: '' });
    const input = 'x'.repeat(MAX_FRAME_BYTES - before.length);
    const frame = await frameOf(['store'], { input });
    assert.deepEqual(frame, sent({ action: 'store', env, input }));
    const tooLarge = refused('stdin is larger than 256 KiB');
    assert.deepEqual(await ask(answering('0'), ['store'], { input: `${input}x` }), tooLarge);
    assert.deepEqual(await ask(answering('0'), ['store'], { input: 'x'.repeat(300 * 1024) }), tooLarge);
  });
  test('is none where the environment is too large: the program is given stdin unread', async () => {
    const large = Object.fromEntries([1, 2, 3].map((n) => [`AWS_LARGE_${n}`, 'x'.repeat(100 * 1024)]));
    const ran = await ask(answering('0'), ['get'], { input: HOST, env: large });
    assert.deepEqual(ran, became(['get'], HOST));
  });
  test('has all of the environment where the daemon asks for it, and nothing else of the program’s', async () => {
    const frames: Buffer[] = [];
    const treat: Treatment = (socket) =>
      answering(frames.length === 0 ? '4' : '0ok', (frame) => frames.push(frame))(socket);
    const more = { VAULT_TOKEN: 'canary', NODE_OPTIONS: '--require x', '@place': 'forged', 'a b': 'c=d' };
    assert.deepEqual(await ask(treat, ['store'], { input: HOST, env: more }), said(0, 'ok'));
    const [first, second] = frames;
    assert.deepEqual(first, sent({ action: 'store', env, input: HOST }));
    // Only the tests have the sanitizers' options and the record.
    const text = second?.toString().replace(/(?:ASAN_OPTIONS|UBSAN_OPTIONS|RECORD)=[^\0]*\0/g, '') ?? '';
    const whole = wholeEnvironment({ ...env, ...more });
    assert.equal(resized(text), sent({ action: 'store', env: whole, input: HOST }).toString());
  });
  test('is not made a third time: a daemon that asks for ever is left', async () => {
    assert.deepEqual(await ask(answering('4')), became(['get'], HOST));
  });
  test('of all of the environment may be 1 MiB, and is left to the program where it would be larger', async () => {
    const large = (bytes: number) =>
      Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`LARGE_${n}`, 'x'.repeat(bytes)]));
    const frames: Buffer[] = [];
    const treat: Treatment = (socket) =>
      answering(frames.length % 2 === 0 ? '4' : '0ok', (frame) => frames.push(frame))(socket);
    assert.deepEqual(await ask(treat, ['get'], { input: HOST, env: large(100_000) }), said(0, 'ok'));
    const length = frames[1]?.length ?? 0;
    assert.ok(length > 1_000_000 && length <= MAX_WHOLE_FRAME_BYTES, `${length}`);
    assert.deepEqual(await ask(treat, ['get'], { input: HOST, env: large(110_000) }), became(['get'], HOST));
  });
  test('is followed by no second one where the daemon has gone', async () => {
    assert.ok(client !== undefined);
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    const daemon = await pretendDaemon(client.socket, (socket) => {
      socket.resume().once('end', async () => {
        await daemon[Symbol.asyncDispose]();
        resolve();
      });
      socket.end('4');
    });
    const ran = await client.run(['get'], { input: HOST });
    await gone;
    assert.deepEqual(ran, became(['get'], HOST));
  });
  test('says where the caller’s files are, as the TypeScript client says it', async () => {
    assert.ok(client !== undefined);
    const { folder, socketFolder } = client;
    const runtime = join(folder, 'runtime');
    await mkdir(join(runtime, 'ecr-xacct'), { recursive: true, mode: 0o700 });
    await mkdir(join(folder, 'home', '.aws'), { recursive: true });
    const files = Object.fromEntries(FILE_VARIABLES.map((name) => [name, join(folder, name)]));
    const places: Record<string, string>[] = [
      { HOME: join(folder, 'home') },
      { HOME: folder },
      { HOME: join(folder, 'absent') },
      { HOME: 'relative' },
      { HOME: folder, ...files },
      {
        HOME: folder,
        ...files,
        AWS_CONFIG_FILE: socketFolder,
        XDG_CONFIG_HOME: '~/config',
        ECR_XACCT_CONFIG: '',
      },
    ];
    for (const place of places) {
      const { promise, resolve } = Promise.withResolvers<Buffer>();
      await using _daemon = await pretendDaemon(
        join(runtime, 'ecr-xacct', 'daemon.sock'),
        answering('0ok', resolve),
      );
      const more = { ...place, XDG_RUNTIME_DIR: runtime, ECR_XACCT_SOCKET: '' };
      assert.deepEqual(await client.run(['get'], { input: HOST, env: more }), said(0, 'ok'));
      const variables = { ...placeVariables(more), ...passedEnvironment({ ...env, ...more }) };
      assert.match(variables['@place'] ?? '', /^\d+:\d+$|^-$/);
      assert.deepEqual(sorted(await promise), sorted(sent({ action: 'get', env: variables, input: HOST })));
    }
  });
  test('without HOME is left to the program, which asks the user database whose folder is meant', async () => {
    assert.ok(client !== undefined);
    const runtime = join(client.folder, 'homeless');
    await mkdir(join(runtime, 'ecr-xacct'), { recursive: true, mode: 0o700 });
    await using _daemon = await pretendDaemon(join(runtime, 'ecr-xacct', 'daemon.sock'), answering('0ok'));
    for (const home of [{}, { HOME: '' }]) {
      const more = { ...home, XDG_RUNTIME_DIR: runtime, ECR_XACCT_SOCKET: '' };
      assert.deepEqual(await client.run(['get'], { input: HOST, env: more }), became(['get'], HOST));
    }
  });
  test('waits for a daemon that is slow to read', async () => {
    const { promise: written, resolve } = Promise.withResolvers<void>();
    const input = 'x'.repeat(200 * 1024);
    const treat: Treatment = (socket) => {
      // At the end of stdin, the client has all of it, and the socket accepts less.
      void written.then(() => answering('0ok')(socket));
    };
    const ran = await ask(treat, ['store'], { feed: (stdin) => stdin.end(input, resolve) });
    assert.deepEqual(ran, said(0, 'ok'));
  });
});

describe('stdin', { skip }, () => {
  const inputs = {
    'nothing at all': '',
    'a line break': '\n',
    NULs: '\0\0a\0',
    'bytes that are no UTF-8': '\xff\xfe\x80',
    '60 KiB': '\0x'.repeat(30 * 1024),
  };
  for (const [what, input] of Object.entries(inputs)) {
    test(`of ${what} goes to the daemon, and to the program after it, byte for byte`, async () => {
      const frame = await frameOf(['store'], { input });
      const before = sent({ action: 'store', env: client?.env ?? {}, input: '' });
      assert.equal(frame.toString('latin1'), resized(before.toString('latin1') + input));
      assert.deepEqual(await ask(answering('3'), ['store'], { input }), became(['store'], input));
    });
  }
  test('that comes late and in pieces is read to its end', async () => {
    const { promise: connected, resolve } = Promise.withResolvers<void>();
    const { promise: frame, resolve: onRequest } = Promise.withResolvers<Buffer>();
    const treat: Treatment = (socket) => {
      resolve();
      answering('3', onRequest)(socket);
    };
    const feed: ClientOptions['feed'] = async (stdin) => {
      stdin.write('{"Server');
      await connected;
      for (const piece of ['URL":', '"host"', '}']) await new Promise((next) => stdin.write(piece, next));
      stdin.end('\n');
    };
    const input = '{"ServerURL":"host"}\n';
    assert.deepEqual(await ask(treat, ['store'], { feed }), became(['store'], input));
    assert.deepEqual(await frame, sent({ action: 'store', env: client?.env ?? {}, input }));
  });
  test('that is larger than a pipe takes is not handed on in part', async () => {
    const ran = await ask(answering('3'), ['store'], { input: 'x'.repeat(200 * 1024) });
    assert.deepEqual(ran, refused('stdin is too large for a credential helper; run docker login again'));
  });
  test('that cannot be read is not taken for an empty one', async () => {
    const ran = await ask(answering('0ok'), ['get'], { redirection: '</' });
    assert.deepEqual(ran, refused('stdin cannot be read'));
  });
  test('that is closed is closed for the program too', async () => {
    const ran = await ask(answering('0ok'), ['get'], { redirection: '<&-' });
    assert.deepEqual(ran, became(['get'], undefined, [1, 2]));
  });
});

describe('stdout', { skip }, () => {
  test('that is closed is closed for the program too', async () => {
    const ran = await ask(answering('0ok'), ['get'], { redirection: '>&-', input: HOST });
    assert.deepEqual(ran, became(['get'], HOST, [0, 2]));
  });
  test('that is no longer read does not keep a failure from stderr', async () => {
    for (const [answer, stderr] of Object.entries({ '0ok': '', '1none': '', '2wrong': 'wrong\n' })) {
      const ran = await ask(answering(answer), ['get'], { isStdoutRead: false, input: HOST });
      assert.deepEqual(ran, said(1, '', stderr));
    }
    const ran = await ask(answering('0ok'), ['get'], { isStdoutRead: false, input: 'x'.repeat(300 * 1024) });
    assert.deepEqual(ran, said(1, '', 'ecr-xacct: stdin is larger than 256 KiB\n'));
  });
  test('that is full is a failure', { skip: process.platform !== 'linux' && 'needs /dev/full' }, async () => {
    const ran = await ask(answering('0ok'), ['get'], { redirection: '>/dev/full', input: HOST });
    assert.deepEqual(ran, said(1, ''));
  });
});
