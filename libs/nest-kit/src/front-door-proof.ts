import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/**
 * Shows container-agent that a request came through the front door, although it arrives on a loopback port that
 * everything in the container can reach. `v1;<milliseconds since 1970>;<base64url HMAC>` in this header.
 */
export const frontDoorHeader = 'x-front-door';

/** How far apart the two clocks may be, and how long a proof can be replayed inside its own container. */
export const frontDoorToleranceMs = 60_000;

export interface ProvenRequest {
  readonly method: string;
  /** With the query, exactly as it stands in the request line. */
  readonly path: string;
}

/** Both ends derive the same key from the session token, so a new generation has a new key. */
export function deriveFrontDoorKey(sessionToken: string): Buffer {
  return Buffer.from(hkdfSync('sha256', sessionToken, '', 'front-door', 32));
}

export function signFrontDoorRequest(key: Buffer, request: ProvenRequest, nowMs: number): string {
  return `v1;${nowMs};${mac(key, request, nowMs).toString('base64url')}`;
}

export function isFrontDoorRequest(
  key: Buffer,
  request: ProvenRequest,
  proof: string | undefined,
  nowMs: number,
): boolean {
  const match = /^v1;(\d{1,15});([\w-]{43})$/.exec(proof ?? '');
  if (!match?.[1] || !match[2]) return false;
  const signedAtMs = Number(match[1]);
  if (Math.abs(nowMs - signedAtMs) > frontDoorToleranceMs) return false;
  return timingSafeEqual(Buffer.from(match[2], 'base64url'), mac(key, request, signedAtMs));
}

function mac(key: Buffer, { method, path }: ProvenRequest, signedAtMs: number): Buffer {
  return createHmac('sha256', key).update(`${method}\n${path}\n${signedAtMs}`).digest();
}
