// Serves requests on a socket: Docker's actions through the helper, and the daemon's own actions.
import { createServer, type Server, type Socket } from 'node:net';
import { WholeEnvironmentNeeded } from '../caller-environment.ts';
import { isAction } from '../docker/messages.ts';
import { errorLine } from '../errors.ts';
import type { Remember } from '../helper/answer-with-token.ts';
import type { Helper } from '../helper/helper.ts';
import { joinAndWipe, readAndWipe } from '../os/wipe.ts';
import { hasPrivatePaths } from '../profiles/aws-files.ts';
import {
  answerYourself,
  decodeRequest,
  encodeResponse,
  MAX_WHOLE_FRAME_BYTES,
  type Request,
  type Response,
  saidSize,
} from '../wire/codec.ts';
import { isSamePlace } from '../wire/place.ts';
import type { QuestionMemory } from './question-memory.ts';

export interface ServerDeps {
  helper: Helper;
  questions: QuestionMemory;
  /** Whether the program on disk was replaced. Then this daemon gives up its socket. */
  isOutdated: () => boolean;
  /** Whether other users can reach the socket. Then this daemon gives up its socket. */
  isExposed: () => boolean;
  /** The actions other than Docker's, by name. */
  actions: Readonly<Record<string, DaemonAction>>;
  /** Called for every request, with its result. */
  onAnswer: (request: Pick<Request, 'action'>, response: Response, milliseconds: number) => void;
  /** Milliseconds, never set back. */
  clock: () => number;
}

/** Returns the text of a success. @throws XacctError */
export type DaemonAction = (request: Request) => string | Promise<string>;

/** A client sends its request at once. One that does not is stuck, or is not our client. */
const REQUEST_DEADLINE_MS = 5_000;

export function createDaemonServer(deps: ServerDeps): Server {
  return createServer({ allowHalfOpen: true }, (socket) => {
    // A client that has closed the connection needs no answer.
    socket.on('error', () => socket.destroy());
    // Checked at the connection, not after the request: other users can connect only while the socket is open to them.
    if (deps.isExposed()) socket.destroy();
    else void serve(socket, deps);
  });
}

/** Actions after which something is kept. An outdated daemon does not serve them. */
const KEEPS: ReadonlySet<string> = new Set(['get', 'export', 'kubelet', 'login', 'password', 'store']);
/** Actions that may change the answer to a question. */
const CHANGES: ReadonlySet<string> = new Set(['store', 'erase', 'login', 'forget']);
/** Actions that use paths of the caller's environment. */
const FOLLOWS: ReadonlySet<string> = new Set(['get', 'export', 'kubelet', 'login', 'explain', 'password']);

async function serve(socket: Socket, deps: ServerDeps): Promise<void> {
  const started = deps.clock();
  const read = await readFrame(socket);
  if (read === undefined) return;
  const { frame, isSized } = read;
  const answerWith = (response: Response, request: Pick<Request, 'action'> | undefined) => {
    if (request !== undefined) deps.onAnswer(request, response, deps.clock() - started);
    const answer = encodeResponse(response, isSized);
    socket.end(answer, () => answer.fill(0));
  };
  const known = deps.questions.answer(frame);
  if (known !== undefined) {
    frame.fill(0);
    if (deps.isOutdated()) socket.end();
    else answerWith(known, { action: 'get' });
    return;
  }
  let request: Request | undefined;
  let remember: Remember | undefined;
  let response: Response;
  try {
    const decoded = readAndWipe(frame, (bytes) => {
      const read = decodeRequest(bytes);
      if (typeof read !== 'string') remember = deps.questions.watch(bytes, read);
      return read;
    });
    request = typeof decoded === 'string' ? undefined : decoded;
    if (KEEPS.has(request?.action ?? '') && deps.isOutdated()) {
      // Closed without an answer: the client starts a daemon from the program on disk, and asks that one.
      socket.end();
      return;
    }
    response = typeof decoded === 'string' ? answerYourself(decoded) : await respond(decoded, deps, remember);
  } catch (error) {
    response =
      error instanceof WholeEnvironmentNeeded
        ? askAgain(request)
        : { outcome: 'failure', text: errorLine(error) };
  }
  if (CHANGES.has(request?.action ?? '')) deps.questions.forget();
  answerWith(response, request);
}

async function respond(
  request: Request,
  deps: ServerDeps,
  remember: Remember | undefined,
): Promise<Response> {
  const { action, env, input } = request;
  if (!isSamePlace(env)) return answerYourself('place');
  if (FOLLOWS.has(action) && hasPrivatePaths(env)) return answerYourself('path');
  if (isAction(action)) return deps.helper(action, input, env, remember);
  const act = Object.hasOwn(deps.actions, action) ? deps.actions[action] : undefined;
  if (act !== undefined) return { outcome: 'success', text: await act(request) };
  // An action of a newer client, which can answer it itself.
  return answerYourself('action');
}

/** A client of version 1 cannot send more. */
function askAgain(request: Request | undefined): Response {
  return request?.version === 1 ? answerYourself('environment') : { outcome: 'ask-again', text: '' };
}

/** A request, and whether it declared its size. */
interface Frame {
  frame: Buffer;
  isSized: boolean;
}

/**
 * Reads the declared number of bytes, or up to the half-close if none is declared. Closes the connection and returns
 * undefined if the request has another size or is late. After the deadline it also closes an answered connection that
 * its client has left open.
 */
function readFrame(socket: Socket): Promise<Frame | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let isDone = false;
    const deadline = setTimeout(() => socket.destroy(), REQUEST_DEADLINE_MS);
    const settle = () => {
      if (isDone) return;
      isDone = true;
      const frame = joinAndWipe(chunks);
      const said = saidSize(frame);
      if (said === undefined || said === size) return resolve({ frame, isSized: said !== undefined });
      frame.fill(0);
      socket.destroy();
    };
    socket.on('data', (chunk: Buffer) => {
      if (isDone) return void chunk.fill(0);
      size += chunk.length;
      // Keeps one chunk more than allowed, for the decoder to refuse. The rest is read and dropped, so that the client,
      // which writes before it reads, receives the reason.
      if (size - chunk.length <= MAX_WHOLE_FRAME_BYTES) chunks.push(chunk);
      if (chunks[0] !== undefined && saidSize(chunks[0]) === size) settle();
    });
    socket.once('end', () => {
      clearTimeout(deadline);
      settle();
    });
    socket.once('close', () => {
      clearTimeout(deadline);
      resolve(undefined);
    });
  });
}
