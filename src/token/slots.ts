// Tokens in memory: a slot for each key with everything known of it, one mint at a time. Dropped bytes are zeroed.
import { LRUCache } from 'lru-cache';
import type { Clock, Moment } from '../clock.ts';
import { abortable } from '../os/abortable.ts';
import type { Token } from '../questions.ts';
import { ageOf, deadAge, leftOf, type TokenPolicy } from './lifetime.ts';
import {
  createSlot,
  dropToken,
  type HeldToken,
  isDueAhead,
  isFresh,
  keepToken,
  lastingFailure,
  livingToken,
  type Renew,
  rememberFailure,
  renewLater,
  type Slot,
  type TokenDescription,
} from './slot.ts';
import { type MintFailure, mintFailure, type TokenStatus, tokenStatus } from './slot-status.ts';

/** A request for a token, and how to get one. */
export interface TokenRequest {
  /** What the identity was resolved from; one token for each key. */
  key: string;
  hostname: string;
  about: TokenDescription;
  policy: TokenPolicy;
  mint: () => Promise<Token>;
  /** Called at the first wait. Its signal ends this caller's wait, but not the mint: others may wait longer. */
  deadline?: (() => AbortSignal) | undefined;
  /** Kept with the token, for `refreshAhead`. */
  renew?: Renew | undefined;
  /** Always mint: the token in memory is not handed out, and a mint under way is replaced. */
  fresh?: boolean;
}

type Use = Pick<TokenRequest, 'hostname' | 'policy' | 'renew'>;

export interface Slots {
  /**
   * The token of a key, for a hostname: from memory, else from `mint`. If several callers ask at once, `mint` runs
   * once. If a token that is due cannot be renewed, it is used until its real expiry, never after.
   * @throws whatever `mint` throws, or the signal's reason, if there is no token to hand out.
   */
  get(request: TokenRequest): Promise<Token>;
  /** The token of a key if it can be handed out at once; else undefined, and no use is counted. */
  held(request: Use & { key: string }): Token | undefined;
  /** Renews, in the background, tokens that are nearly due and were used lately. */
  refreshAhead(): void;
  /** Forgets every token that was handed out for the hostname, and the results of its mints under way. */
  evict(hostname: string): void;
  /** Whether a living token handed out for the hostname has this password. */
  holds(hostname: string, password: string): boolean;
  status(): TokenStatus[];
  /** Undefined if the key has no living token. */
  statusOf(key: string): TokenStatus | undefined;
  /** Mints that failed in the last hour, if there is no token. */
  failures(): MintFailure[];
  /** Drops what has expired. */
  purge(): void;
  clear(): void;
}

/** Far more than one user's identities times regions. */
const MAX_SLOTS = 1_000;
/** The part of these without a token: failures must not displace tokens in use. */
const MAX_WITHOUT_TOKEN = 200;
/** A slot outlives its token by this time, so that its count of mints continues with the next token. */
const AFTERLIFE_MS = 24 * 3_600_000;

/** `random` returns numbers from 0 to 1; `onMinted` gets each token from AWS. */
export function createSlots(
  clock: Clock,
  random: () => number = Math.random,
  onMinted: (token: Token) => void = () => {},
): Slots {
  const slots = new LRUCache<string, Slot>({
    max: MAX_SLOTS,
    ttlResolution: 0,
    perf: { now: () => clock().steady },
    dispose: dropToken,
  });

  /** Stores the slot for as long as it is useful. */
  const hold = (key: string, slot: Slot): void => {
    const now = clock();
    const living = livingToken(slot, now);
    slots.set(key, slot, { ttl: (living === undefined ? 0 : leftOf(living, now)) + AFTERLIFE_MS });
    if (slot.token !== undefined) return;
    const idle = [...slots.entries()].filter(([, { token, flight }]) => !token && !flight);
    for (const [oldest] of idle.slice(MAX_WITHOUT_TOKEN)) slots.delete(oldest);
  };
  /**
   * Begins a mint in a slot. Its result is stored only if it is still the slot's mint, and the slot is still the key's.
   */
  const begin = (key: string, slot: Slot, mint: () => Promise<Token>): Promise<Token> => {
    const isCurrent = () => slot.flight === flight && slots.peek(key, { allowStale: true }) === slot;
    const settle = (record: () => void) => {
      if (!isCurrent()) return;
      slot.flight = undefined;
      slot.waiting.clear();
      record();
      hold(key, slot);
    };
    const flight: Promise<Token> = mint().then(
      (token) => {
        onMinted(token);
        settle(() => keepToken(slot, token, clock(), random()));
        return token;
      },
      (error: unknown) => {
        // A fresh mint has replaced this one. Its callers get the new token, or this error if the new mint fails.
        if (slot.flight !== undefined && slot.flight !== flight) {
          return slot.flight.catch(() => Promise.reject(error));
        }
        settle(() => rememberFailure(slot, error, clock()));
        throw error;
      },
    );
    slot.flight = flight;
    hold(key, slot);
    return flight;
  };

  const countUse = (slot: Slot, { hostname, policy, renew }: Use, now: Moment): void => {
    slot.hostnames.add(hostname);
    slot.served += 1;
    Object.assign(slot, { policy, renew, lastServed: now });
  };
  const handOut = (slot: Slot, token: HeldToken, request: Use, now: Moment): Token => {
    countUse(slot, request, now);
    const { username, password, expiresAt } = token;
    const awsNow = expiresAt - leftOf(token, now);
    return { username, password: password.toString(), expiresAt, awsNow, age: ageOf(token, now) };
  };

  const held: Slots['held'] = (request) => {
    const slot = slots.get(request.key);
    const now = clock();
    const token = slot && livingToken(slot, now);
    return token && isFresh(token, request.policy, now) ? handOut(slot, token, request, now) : undefined;
  };

  const refresh = async (key: string, slot: Slot): Promise<void> => {
    const { token } = slot;
    try {
      const renewal = slot.renew?.();
      if (renewal === 'later') return;
      if (renewal === undefined) slot.renew = undefined;
      else await begin(key, slot, () => renewal);
    } catch (error) {
      // Replaced meanwhile: the slot's token is another one now.
      if (slot.token !== token || slot.flight !== undefined || token === undefined) return;
      // Also if the config no longer decides on an identity.
      rememberFailure(slot, error, clock());
      renewLater(token, clock(), random());
    }
  };

  const all = <T>(shown: (slot: Slot, now: Moment) => T | undefined): T[] => {
    const now = clock();
    return [...slots.values()].flatMap((slot) => shown(slot, now) ?? []);
  };
  /** After a login or logout, the cause of a failure may be fixed. */
  const forgive = (): void => {
    for (const { failure } of slots.values()) if (failure !== undefined) failure.again = 'all';
  };
  const slotsOf = (hostname: string) =>
    [...slots.entries()].filter(
      ([, { hostnames, waiting }]) => hostnames.has(hostname) || waiting.has(hostname),
    );

  return {
    held,
    async get(request) {
      const { key, hostname, about, policy, mint, deadline, fresh = false } = request;
      const token = fresh ? undefined : held(request);
      if (token !== undefined) return token;
      const slot = slots.get(key) ?? createSlot(about, policy);
      try {
        if (fresh) forgive();
        const flight = fresh ? undefined : slot.flight;
        // A mint under way is newer than the failure.
        const failure = flight === undefined ? lastingFailure(slot, hostname, clock()) : undefined;
        if (failure !== undefined) throw failure.error;
        const signal = deadline?.();
        slot.waiting.add(hostname);
        const minted = await abortable(flight ?? begin(key, slot, mint), signal);
        // Not read back from the slot: an eviction may have zeroed it meanwhile.
        countUse(slot, request, clock());
        // Others may have failed meanwhile because this login was missing.
        if (fresh) forgive();
        return minted;
      } catch (error) {
        // Uses the key's present slot: this one may have been forgotten meanwhile.
        const current = slots.get(key) ?? slot;
        const then = clock();
        const old = livingToken(current, then);
        if (old === undefined) slot.hostnames.add(hostname);
        current.failure?.told.add(hostname);
        if (fresh || old === undefined || ageOf(old, then) >= deadAge(old, policy)) throw error;
        // If several callers waited, it still counts as one failure.
        if (ageOf(old, then) >= old.retryAge) renewLater(old, then, random());
        return handOut(current, old, request, then);
      }
    },
    refreshAhead() {
      for (const [key, slot] of slots.entries()) if (isDueAhead(slot, clock())) void refresh(key, slot);
    },
    evict(hostname) {
      for (const [key] of slotsOf(hostname)) slots.delete(key);
      forgive();
    },
    holds(hostname, password) {
      const now = clock();
      return [...slots.values()].some(
        (slot) => slot.hostnames.has(hostname) && livingToken(slot, now)?.password.toString() === password,
      );
    },
    status: () => all(tokenStatus),
    statusOf(key) {
      const slot = slots.peek(key);
      return slot && tokenStatus(slot, clock());
    },
    failures: () => all(mintFailure),
    purge() {
      slots.purgeStale();
      const now = clock();
      for (const slot of slots.values()) if (livingToken(slot, now) === undefined) dropToken(slot);
    },
    clear: () => slots.clear(),
  };
}
