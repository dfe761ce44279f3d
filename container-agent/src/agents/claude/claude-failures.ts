import { ZodError } from 'zod';
import { ProcessStartError } from '../../process/index.ts';
import { AgentGoneError } from '../programs/agent-gone.error.ts';
import { AgentSetupError } from '../programs/agent-setup.error.ts';
import { ClaudeRequestError } from './claude-client.ts';
import type { ClaudeResult, ClaudeRetry } from './claude-protocol.ts';

const textMaxLength = 4_000;

const notLoggedIn =
  'Claude Code is not logged in. Add an API key, or the token of a subscription, under Settings → Agents, then send your message again.';
const loginRefused =
  "The model's server refused the login of Claude Code. Renew the API key or the token under Settings → Agents, then send your message again.";
const limited = "The model's server limits the requests. Wait a little, then send your message again.";
const overloaded = "The model's server is overloaded. Send your message again later.";
const serverFailed = "The model's server failed. Send your message again later.";
const connectionBroke =
  "The connection to the model's server broke. Check the network, then send your message again.";

/** Why a turn failed, and what the user can do about it. */
export function toFailureReason(result: ClaudeResult): string {
  const said = [result.result, ...(result.errors ?? [])].find(Boolean);
  if (!said) return 'Claude Code ended the turn without saying why. Send your message again.';
  const detail = toDetail(said);
  const advice = adviceFor(result, said);
  return (advice ? `${advice} (${detail})` : `Claude Code failed: ${detail}`).slice(0, textMaxLength);
}

/** Why a turn ended without Claude Code ending it. */
export function toCrashReason(error: unknown): string {
  if (error instanceof AgentSetupError || error instanceof ProcessStartError) return error.message;
  if (error instanceof ClaudeRequestError) return `Claude Code refused the request: ${error.message}`;
  if (error instanceof AgentGoneError) {
    return `${error.message} in the middle of its work. Send your message again: it goes on from the last step.`;
  }
  return error instanceof ZodError
    ? 'Claude Code answered in a way this version does not understand. Use the version it was made for.'
    : 'Claude Code could not go on; the log of the container says why. Send your message again.';
}

/** What to say while Claude Code tries again by itself. */
export function toRetryNotice({ error, error_status: status, max_retries: most }: ClaudeRetry): string {
  const cause = status ? `${error ?? 'error'}, ${status}` : 'the connection broke';
  return `The model's server did not answer (${cause}). Claude Code asks again, up to ${most} times. Interrupt to stop it.`;
}

function adviceFor({ subtype, api_error_status: status }: ClaudeResult, said: string): string | null {
  if (/not logged in|please run \/login/i.test(said) && !status) return notLoggedIn;
  if (subtype === 'error_max_turns')
    return 'Claude Code reached its limit of steps. Send a message to go on.';
  if (/prompt is too long/i.test(said)) {
    return 'The conversation is too long for the model. Send /compact, or start a new session.';
  }
  if (/usage limit|hit your .*limit/i.test(said)) {
    return 'The usage limit of the Claude account is reached. Wait until it resets, or use another account.';
  }
  if (!status) return /connection|network|fetch failed/i.test(said) ? connectionBroke : null;
  if (status === 401 || status === 403) return loginRefused;
  if (status === 404) return 'The model does not exist for this account. Choose another model.';
  if (status === 429) return limited;
  if (status === 529) return overloaded;
  return status >= 500 ? serverFailed : null;
}

/** Without what Claude Code puts before the words of the server, and without what it says about terminals. */
function toDetail(said: string): string {
  return said
    .replace(/^(?:Failed to authenticate\. )?API Error: (?:\d{3} )?/, '')
    .replace(/ This is a server-side issue, usually temporary[^]*$/, '')
    .trim();
}
