// The fake AWS as one HTTP(S) server: finds the service of a request, checks, answers, and records the call.
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { authenticate } from './authentication.ts';
import { AwsError } from './aws-error.ts';
import { ecr, ecrPublic } from './ecr.ts';
import type { ActiveFault } from './faults.ts';
import { Faults, withholdAnswer, withholdResult } from './faults.ts';
import { iam } from './iam.ts';
import { listen } from './listen.ts';
import type { Parameters, Service, ServiceName } from './service.ts';
import type { AwsRequest } from './signature.ts';
import { readSignature } from './signature.ts';
import { signin } from './signin.ts';
import { sso, ssoOidc } from './sso.ts';
import { sts } from './sts.ts';
import type { IssuedToken } from './world.ts';
import { World } from './world.ts';

const SERVICES: readonly Service[] = [ecr, ecrPublic, sts, iam, sso, ssoOidc, signin];
const GLOBAL_REGION = 'us-east-1';

export interface FakeAwsOptions {
  /** A certificate and key in PEM make it an HTTPS server. */
  tls?: { key: string; cert: string };
  /** Default 127.0.0.1. */
  host?: string;
  /** Default: any free port. */
  port?: number;
  /** The clock of the whole world, in epoch milliseconds. */
  now?: () => number;
}

/** Runs just before an action, after a fault that delays it. So the world can change in between. */
export type CallHook = (call: Call) => void | Promise<void>;

/** One HTTP request and its outcome. */
export interface Call {
  service: ServiceName;
  action: string;
  region: string;
  /** The Host header: the API endpoint that the client uses. */
  host: string;
  accessKeyId?: string;
  /** Only if one was sent. */
  sessionToken?: true;
  /** The caller's ARN, after its signature was verified. */
  principal?: string;
  /** Secret values are replaced by `(secret)`. */
  parameters: Parameters;
  /** `ok`, the error's code, the kind of a fault that prevented an answer, or `pending`. */
  outcome: string;
}

export interface FakeAws extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly world: World;
  readonly faults: Faults;
  /** In order of arrival. */
  readonly calls: Call[];
  /** Every authorization token that it gave out, for scans and for the fake registry. */
  readonly issuedTokens: readonly IssuedToken[];
  /** The number of calls: of one service or action, or of all. */
  count(service?: ServiceName, action?: string): number;
  /** Runs before each later call of the action. The returned function ends that. */
  onCall(service: ServiceName, action: string, hook: CallHook): () => void;
  resetCalls(): void;
  /** Ends all connections, also those that hang. After that, `calls` is final. */
  close(): Promise<void>;
}

/** Starts a fake AWS with an empty world. It listens when the promise settles. */
export async function startFakeAws(options: FakeAwsOptions = {}): Promise<FakeAws> {
  const world = new World(options.now ?? Date.now);
  const faults = new Faults();
  const calls: Call[] = [];
  const hooks = new Set<Hook>();
  const serving = new Set<Promise<void>>();
  const listener: http.RequestListener = (request, response) => {
    const served = serve({ world, faults, calls, hooks }, request, response)
      .catch((error: Error) => void response.destroy(error))
      .finally(() => serving.delete(served));
    serving.add(served);
  };
  const server = options.tls ? https.createServer(options.tls, listener) : http.createServer(listener);
  const host = options.host ?? '127.0.0.1';
  const listening = await listen(server, host, options.port ?? 0);
  const { port } = listening;
  const close = async () => {
    await listening.close();
    await Promise.all(serving);
  };
  return {
    url: `${options.tls ? 'https' : 'http'}://${host}:${port}`,
    port,
    world,
    faults,
    calls,
    issuedTokens: world.issuedTokens,
    count: (service, action) =>
      calls.filter(
        (call) => call.service === (service ?? call.service) && call.action === (action ?? call.action),
      ).length,
    onCall: (service, action, run) => {
      const hook = { service, action, run };
      hooks.add(hook);
      return () => void hooks.delete(hook);
    },
    resetCalls: () => calls.splice(0),
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Hook {
  service: ServiceName;
  action: string;
  run: CallHook;
}

interface State {
  world: World;
  faults: Faults;
  calls: Call[];
  hooks: ReadonlySet<Hook>;
}

async function serve(
  state: State,
  incoming: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const { method = '', url = '', headers } = incoming;
  const request: AwsRequest = { method, url, headers, body: await text(incoming) };
  const matched = recognise(request);
  if (matched === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('no such service in the fake AWS\n');
    return;
  }
  const { service, action, parameters } = matched;
  const claim = readSignature(headers);
  const call: Call = {
    service: service.name,
    action,
    region: claim?.region ?? regionOfHost(headers.host),
    host: headers.host ?? '',
    ...(claim === undefined ? {} : { accessKeyId: claim.accessKeyId }),
    ...('x-amz-security-token' in headers ? { sessionToken: true as const } : {}),
    parameters: withoutSecrets(parameters),
    outcome: 'pending',
  };
  state.calls.push(call);

  const fault = state.faults.strike(service.name, action);
  const withheld = fault && (await withholdAnswer(fault, response));
  if (withheld !== undefined) {
    call.outcome = withheld;
    return;
  }
  for (const hook of [...state.hooks]) {
    if (hook.service === service.name && hook.action === action) await hook.run(call);
  }
  await answer(state.world, { service, request, call, parameters, fault }, response);
}

interface Exchange {
  service: Service;
  request: AwsRequest;
  call: Call;
  parameters: Parameters;
  fault: ActiveFault | undefined;
}

async function answer(world: World, exchange: Exchange, response: http.ServerResponse): Promise<void> {
  const { service, call, fault } = exchange;
  const requestId = randomUUID();
  const headers = {
    'content-type': service.protocol.contentType,
    'x-amzn-requestid': requestId,
    // The SDK corrects its clock by this header.
    date: new Date(world.now()).toUTCString(),
  };
  try {
    const result = perform(world, exchange);
    call.outcome = 'ok';
    if ((fault && (await withholdResult(fault, response))) !== undefined) return;
    response.writeHead(200, headers).end(service.protocol.result(call.action, result, requestId));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    call.outcome = error.code;
    response
      .writeHead(error.status, { ...headers, 'x-amzn-errortype': error.code })
      .end(service.protocol.error(error, requestId));
  }
}

function perform(world: World, { service, request, call, parameters, fault }: Exchange): object {
  const { failures } = service.protocol;
  const effect = fault?.effect;
  if (effect?.kind === 'throttle') throw new AwsError(...failures.throttled, 'Rate exceeded');
  if (effect?.kind === 'server-error') throw new AwsError(...failures['server-error'], 'Internal failure');
  if (effect?.kind === 'echo') {
    const { write = (text) => text } = effect;
    const sent = [...Object.values(request.headers), request.body, ...valuesIn(parameters)];
    throw new AwsError(effect.code, 400, `You sent ${sent.map((one) => write(String(one))).join(' and ')}`);
  }
  if (effect?.kind === 'error') throw new AwsError(effect.code, effect.status ?? 400, effect.message);

  const { region } = call;
  const unsigned = service.unsigned[call.action];
  if (unsigned !== undefined) return unsigned({ world, region, parameters });
  const caller = authenticate(world, request, readSignature(request.headers), service);
  call.principal = caller.arn;
  const signed = service.signed[call.action];
  if (signed === undefined) {
    throw new AwsError(...failures['invalid-action'], `Could not find operation ${call.action}`);
  }
  const tokenExpiresAt = effect?.kind === 'token' ? effect.expiresAt : undefined;
  return signed({ world, caller, region, parameters, tokenExpiresAt });
}

/** All values, without the escapes of JSON or of a form. */
function valuesIn(parameters: unknown): unknown[] {
  if (typeof parameters !== 'object' || parameters === null) return [parameters];
  return Object.values(parameters).flatMap(valuesIn);
}

function recognise(request: AwsRequest) {
  for (const service of SERVICES) {
    const matched = service.recognise(request);
    if (matched !== undefined) return { service, ...matched };
  }
  return undefined;
}

/** An unsigned call has no credential scope. If its region is known, it is in the endpoint's name. */
function regionOfHost(host = ''): string {
  return /\.([a-z]{2}(?:-[a-z]+)+-\d)\./.exec(host)?.[1] ?? GLOBAL_REGION;
}

function withoutSecrets(parameters: Parameters): Parameters {
  const secret = /token|secret|code/i;
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, secret.test(name) ? '(secret)' : value]),
  );
}
