// Compares AWS's clock with this machine's, and has the texts for a difference.
import type { Clock } from './clock.ts';
import { command, type Hint } from './hint.ts';

/** The time on both clocks at one moment. Epoch milliseconds. */
export interface ClockGap {
  aws: number;
  here: number;
}

export interface AwsClock {
  /** Records the time of AWS's clock just now. Epoch ms. */
  heard(awsNow: number): void;
  /** The time of AWS's clock now; before the first answer of AWS, this machine's. Epoch ms. */
  now(): number;
  /** Converts a time of AWS's clock to this machine's. Epoch ms. */
  here(aws: number): number;
  /** Both clocks, if the difference is large enough to mention. */
  gap(): ClockGap | undefined;
}

/**
 * AWS accepts signatures that are up to five minutes off.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html
 */
const MAX_GAP_MS = 5 * 60_000;

export function createAwsClock(clock: Clock): AwsClock {
  /** What to add to the steady clock to get AWS's. */
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

/** As in `this machine's clock is 5 hours ahead of AWS's (here 2026-11-29 12:00 UTC, AWS 2026-11-29 07:00 UTC)`. */
export function clockGapText({ aws, here }: ClockGap): string {
  const minutes = Math.round(Math.abs(here - aws) / 60_000);
  const apart = minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
  const side = here < aws ? 'behind' : 'ahead of';
  return `this machine's clock is ${apart} ${side} AWS's (here ${utcText(here)}, AWS ${utcText(aws)})`;
}

/** The command that sets this machine's clock. On Windows `commandText` translates it. */
export function setClock(platform: NodeJS.Platform = process.platform): Hint {
  const run =
    platform === 'darwin' ? command`sudo sntp -sS time.apple.com` : command`sudo timedatectl set-ntp true`;
  return { say: 'set the clock:', run };
}

/** A token that was expired on arrival, as from some emulators. Both times by AWS's clock, epoch ms. */
export interface ExpiredOnArrival {
  awsNow: number;
  expiresAt: number;
}

/** The end of a sentence about such a token. `expiresAt` is 0 if ECR gives no expiry. */
export function expiredOnArrivalText({ awsNow, expiresAt }: ExpiredOnArrival): string {
  const expiry = expiresAt === 0 ? 'no expiry' : `expiry ${utcText(expiresAt)}`;
  return `was expired on arrival (AWS's clock ${utcText(awsNow)}, ${expiry}): it is not kept, so each pull asks for another`;
}

/** Epoch ms as in `2026-11-29 07:00 UTC`. */
function utcText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
