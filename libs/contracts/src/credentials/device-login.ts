import { z } from 'zod';
import type { AgentId } from '../agents/agent.ts';
import {
  authFilePathPattern,
  credentialLimits,
  secretPattern,
  type CredentialKind,
  type CredentialTestResponse,
} from './credentials.requests.ts';

export const deviceLoginLimits = {
  /** The terminal of the agent's program. Wide enough that a token or a link of it seldom breaks. */
  cols: 120,
  rows: 40,
  linesMax: 400,
  linksMax: 20,
  linkMaxLength: 4_096,
  inputMaxLength: 4_096,
  /** Of one request that waits for news. */
  waitMaxSeconds: 25,
  /** Of all users, at the same time. */
  runningMax: 4,
  /** Agents' codes are good for about as long. */
  deadlineMs: 15 * 60_000,
  /** Files of a login, and everything a screen can hold. */
  frameMaxBytes: 512 * 1024,
} as const;

/** `starting`, `running` and `saving` go on; the others are ends. */
export const deviceLoginStates = [
  'starting',
  'running',
  'saving',
  'succeeded',
  'failed',
  'cancelled',
  'timed-out',
] as const;
export type DeviceLoginState = (typeof deviceLoginStates)[number];

/** Whether it has ended, one way or another. */
export function hasDeviceLoginEnded(state: DeviceLoginState): boolean {
  return !['starting', 'running', 'saving'].includes(state);
}

/** `POST /api/credentials/:agent/login`, and what its user sees of it until it is over, and a while longer. */
export interface DeviceLoginResponse {
  readonly id: string;
  readonly agent: AgentId;
  readonly state: DeviceLoginState;
  /** How it ended, for people; null before. */
  readonly message: string | null;
  /** Where the user says yes: https, and of the agent's maker. */
  readonly link: string | null;
  /** What the user types in there. */
  readonly code: string | null;
  /** The program's terminal as lines of text, its secrets made unreadable. */
  readonly screen: readonly string[];
  /** Whether the program waits for something to be pasted. */
  readonly takesInput: boolean;
  /** Counts changes: `GET …?after=` waits for a later one. */
  readonly version: number;
  /** Which credential it made; null before, and without one. */
  readonly kind: CredentialKind | null;
  /** Whether that works, as far as can be told. */
  readonly test: CredentialTestResponse | null;
  readonly startedAt: string;
  /** When it is given up. */
  readonly endsAt: string;
}

/** `GET /api/credentials/:agent/login` */
export interface DeviceLoginWaitRequest {
  /** Answers once there is something newer than this version, at the latest after `wait` seconds. */
  readonly after?: number;
  readonly wait?: number;
}

/** `POST /api/credentials/:agent/login/input`: typed into the program, with Enter behind it. */
export interface DeviceLoginInputRequest {
  readonly text: string;
}

/** Visible characters and spaces: nothing that is a key of a terminal. */
export const deviceLoginInputPattern = /^[\x20-\x7e]*$/;

const secret = z
  .string()
  .min(credentialLimits.secretMinLength)
  .max(credentialLimits.secretMaxLength)
  .regex(secretPattern);
const file = z.strictObject({
  path: z.string().max(credentialLimits.filePathMaxLength).regex(authFilePathPattern),
  content: z.string().min(2).max(credentialLimits.fileMaxLength),
});
const line = z.string().max(deviceLoginLimits.cols * 8);

/** From the program that runs the login to main-server, at `WS /ws/device-logins/:loginId`. */
export const deviceLoginAgentFrameSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('device_login.shown'),
    lines: z.array(line).max(deviceLoginLimits.linesMax),
    links: z.array(z.string().max(deviceLoginLimits.linkMaxLength)).max(deviceLoginLimits.linksMax),
  }),
  z.strictObject({
    type: z.literal('device_login.succeeded'),
    secret: secret.optional(),
    files: z.array(file).min(1).max(credentialLimits.filesMax).optional(),
  }),
  z.strictObject({ type: z.literal('device_login.failed'), message: z.string().max(2_000) }),
]);
export type DeviceLoginAgentFrame = z.infer<typeof deviceLoginAgentFrameSchema>;

/** From main-server to that program. */
export const deviceLoginMainFrameSchema = z.strictObject({
  type: z.literal('device_login.type'),
  text: z.string().max(deviceLoginLimits.inputMaxLength).regex(deviceLoginInputPattern),
});
export type DeviceLoginMainFrame = z.infer<typeof deviceLoginMainFrameSchema>;
