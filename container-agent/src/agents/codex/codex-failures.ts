import { ZodError } from 'zod';
import { ProcessStartError } from '../../process/index.ts';
import { AgentGoneError } from '../programs/agent-gone.error.ts';
import { CodexRequestError } from './codex-app-server.client.ts';
import type { CodexTurnError } from './codex-protocol.ts';
import { AgentSetupError } from '../programs/agent-setup.error.ts';

/** Why a turn failed, and what the user can do about it. */
export function toFailureReason(error: CodexTurnError | null | undefined): string {
  if (!error) return 'Codex ended the turn without saying why. Send your message again.';
  const advice = adviceFor(error.codexErrorInfo);
  const detail = toDetail(error.message);
  return (advice ? `${advice} (${detail})` : `Codex failed: ${detail}`).slice(0, 4_000);
}

/** Why a turn ended without codex ending it. */
export function toCrashReason(error: unknown): string {
  if (error instanceof AgentSetupError || error instanceof ProcessStartError) return error.message;
  if (error instanceof CodexRequestError) return `Codex refused the request: ${error.message}`;
  if (error instanceof AgentGoneError) {
    return `${error.message} in the middle of its work. Send your message again: it goes on from the last step.`;
  }
  return error instanceof ZodError
    ? 'Codex answered in a way this version does not understand. Use the version it was made for.'
    : 'Codex could not go on; the log of the container says why. Send your message again.';
}

/** What to say while codex tries again by itself. */
export function toRetryNotice(error: CodexTurnError): string {
  const detail = error.additionalDetails ? ` (${toDetail(error.additionalDetails)})` : '';
  if (/network/i.test(error.message)) {
    return `Codex cannot reach the model's server and keeps trying. Interrupt to stop it.${detail}`.slice(
      0,
      4_000,
    );
  }
  return `The model's answer broke off; Codex asks again.${detail}`.slice(0, 4_000);
}

const adviceByInfo: Readonly<Record<string, string>> = {
  unauthorized:
    "The model's server refused the login of Codex. Renew the API key or the login under Settings → Agents, then send your message again.",
  usageLimitExceeded:
    'The usage limit of the Codex account is reached. Wait until it resets, or use another account.',
  rateLimitExceeded: "The model's server limits the requests. Wait a little, then send your message again.",
  contextWindowExceeded:
    'The conversation is too long for the model. Start a new session, or ask for less at once.',
  serverOverloaded: "The model's server is overloaded. Send your message again later.",
  internalServerError: "The model's server failed. Send your message again later.",
  modelNotFound: 'The model does not exist for this account. Choose another model.',
  sandboxError: 'Codex could not run a command in its sandbox.',
};

function adviceFor(info: unknown): string | null {
  if (typeof info === 'string') return adviceByInfo[info] ?? null;
  const status = statusOf(info);
  if (status === undefined) return null;
  if (status === null)
    return "The connection to the model's server broke. Check the network, then send your message again.";
  if (status === 401 || status === 403) return adviceByInfo['unauthorized'] ?? null;
  if (status === 429) return adviceByInfo['rateLimitExceeded'] ?? null;
  if (status >= 500) return adviceByInfo['internalServerError'] ?? null;
  return `The model's server refused the request with ${status}.`;
}

/** Of `{ httpConnectionFailed: { httpStatusCode } }` and its like; undefined when it is something else. */
function statusOf(info: unknown): number | null | undefined {
  if (typeof info !== 'object' || info === null) return undefined;
  const [cause] = Object.values(info) as unknown[];
  if (typeof cause !== 'object' || cause === null || !('httpStatusCode' in cause)) return undefined;
  return typeof cause.httpStatusCode === 'number' ? cause.httpStatusCode : null;
}

/** Codex passes on the body of a refusal as it came: `{"error":{"message":"…"}}`. */
function toDetail(message: string): string {
  try {
    const body = JSON.parse(message) as { error?: { message?: unknown } } | null;
    return typeof body?.error?.message === 'string' ? body.error.message : message;
  } catch {
    return message;
  }
}
