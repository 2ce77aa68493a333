// AWS's clock beside this machine's, and what is said where they are apart.
import type { Clock } from './clock.ts';
import { command, type Hint } from './hint.ts';

/** What both clocks show at one moment. Epoch milliseconds. */
export interface ClockGap {
  aws: number;
  here: number;
}

export interface AwsClock {
  /** What AWS's clock showed just now. Epoch ms. */
  heard(awsNow: number): void;
  /** What it shows now, as far as is known: until AWS was heard, what this machine's clock shows. Epoch ms. */
  now(): number;
  /** What this machine's clock shows when AWS's shows this. Epoch ms to epoch ms. */
  here(aws: number): number;
  /** Where the two are so far apart that it is worth a word. */
  gap(): ClockGap | undefined;
}

/** AWS takes signatures that are up to five minutes off. https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html */
const MAX_GAP_MS = 5 * 60_000;

export function createAwsClock(clock: Clock): AwsClock {
  /** From the steady clock to AWS's. */
  let offset: number | undefined;
  const now = () => (offset === undefined ? clock().wall : clock().steady + offset);
  return {
    heard(awsNow) {
      offset = awsNow - clock().steady;
    },
    now,
    here: (aws) => aws - now() + clock().wall,
    gap() {
      const gap = { aws: now(), here: clock().wall };
      return Math.abs(gap.aws - gap.here) > MAX_GAP_MS ? gap : undefined;
    },
  };
}

/** `this machine's clock is 5 hours ahead of AWS's (here 2026-11-29 12:00 UTC, AWS 2026-11-29 07:00 UTC)`. */
export function clockGapText({ aws, here }: ClockGap): string {
  const minutes = Math.round(Math.abs(here - aws) / 60_000);
  const apart = minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
  const side = here < aws ? 'behind' : 'ahead of';
  return `this machine's clock is ${apart} ${side} AWS's (here ${utcText(here)}, AWS ${utcText(aws)})`;
}

/** What sets this machine's clock; on Windows the command is put in its own words. */
export function setClock(platform: NodeJS.Platform = process.platform): Hint {
  const run =
    platform === 'darwin' ? command`sudo sntp -sS time.apple.com` : command`sudo timedatectl set-ntp true`;
  return { say: 'set the clock:', run };
}

/** Times by AWS's clock, epoch ms: how a token has expired that came like this, as an emulator's do. */
export interface ExpiredOnArrival {
  awsNow: number;
  expiresAt: number;
}

/** The end of a sentence on such a token. `expiresAt` is 0 where ECR says no expiry. */
export function expiredOnArrivalText({ awsNow, expiresAt }: ExpiredOnArrival): string {
  const expiry = expiresAt === 0 ? 'no expiry' : `expiry ${utcText(expiresAt)}`;
  return `was expired on arrival (AWS's clock ${utcText(awsNow)}, ${expiry}): it is not kept, so each pull asks for another`;
}

/** Epoch ms as in `2026-11-29 07:00 UTC`. */
function utcText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
