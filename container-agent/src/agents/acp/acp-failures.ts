import { RequestError } from '@agentclientprotocol/sdk';
import { ZodError } from 'zod';
import { ProcessStartError } from '../../process/index.ts';
import { AgentGoneError } from '../programs/agent-gone.error.ts';
import { AgentSetupError } from '../programs/agent-setup.error.ts';
import type { AcpAgentEntry } from './acp-agents.ts';

type Named = Pick<AcpAgentEntry, 'name' | 'loginAdvice'>;

const authenticationRequired = -32_000;
const reasonMaxLength = 4_000;

export function isNotLoggedIn(error: unknown): boolean {
  return error instanceof RequestError && error.code === authenticationRequired;
}

/** Why a turn failed, and what the user can do about it. */
export function toFailureReason(error: unknown, { name, loginAdvice }: Named): string {
  if (error instanceof AgentSetupError || error instanceof ProcessStartError) return error.message;
  if (isNotLoggedIn(error)) return `${name} is not logged in. ${loginAdvice} Then send your message again.`;
  if (error instanceof RequestError) return toRefusalReason(error, name).slice(0, reasonMaxLength);
  if (error instanceof AgentGoneError) {
    return `${error.message} in the middle of its work. Send your message again: it goes on from the last step.`;
  }
  return error instanceof ZodError
    ? `${name} answered in a way this version does not understand. Use the version it was made for.`
    : `${name} could not go on; the log of the container says why. Send your message again.`;
}

/** What an end other than the usual one means; null for the usual one. */
export function toStopReason(stopReason: string, name: string): string | null {
  switch (stopReason) {
    case 'end_turn':
      return null;
    case 'refusal':
      return `The model of ${name} refused to answer. Put it in other words, or choose another model.`;
    case 'max_tokens':
      return 'The answer reached the greatest length the model allows. Ask it to go on.';
    case 'max_turn_requests':
      return `${name} stopped after as many steps as it takes at once. Ask it to go on.`;
    default:
      return `${name} stopped: ${stopReason.slice(0, 200)}. Send your message again.`;
  }
}

function toRefusalReason(error: RequestError, name: string): string {
  const { code } = error;
  const detail = toDetail(error);
  const advice = adviceFor(statusOf(code, detail), detail, name);
  return advice ? `${advice} (${detail})` : `${name} failed: ${detail}`;
}

/** Agents wrap what went wrong: in the data of an internal error, or as the body the model's server answered. */
export function toDetail({ message, data }: RequestError): string {
  const details = typeof data === 'object' && data !== null && 'details' in data ? data.details : undefined;
  const told =
    typeof details === 'string' && details !== '' ? details : message.replace(/^Internal error: ?/, '');
  return innerMessage(told) || message;
}

/** Of `{"error":{"message":"…"}}`, also where it is wrapped twice. */
function innerMessage(text: string): string {
  try {
    const body = JSON.parse(text) as { error?: { message?: unknown } } | null;
    return typeof body?.error?.message === 'string' ? innerMessage(body.error.message) : text;
  } catch {
    return text;
  }
}

function statusOf(code: number, detail: string): number | null {
  if (code >= 400 && code < 600) return code;
  const [, status] = /^(?:HTTP |status )?\(?([45]\d\d)\b/i.exec(detail) ?? [];
  return status ? Number(status) : null;
}

function adviceFor(status: number | null, detail: string, name: string): string | null {
  if (status === 401 || status === 403 || /unauthori[sz]ed|api key|authenticat/i.test(detail)) {
    return `The model's server refused the login of ${name}. Renew its key or login, then send your message again.`;
  }
  if (status === 429 || /rate limit|quota|too many requests/i.test(detail)) {
    return "The model's server limits the requests. Wait a little, then send your message again.";
  }
  if (status !== null && status >= 500) return "The model's server failed. Send your message again later.";
  if (/ECONN|ENOTFOUND|fetch failed|socket|network|connection|terminated/i.test(detail)) {
    return "The connection to the model's server broke. Check the network, then send your message again.";
  }
  return null;
}
