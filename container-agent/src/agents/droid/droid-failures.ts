import { ZodError } from 'zod';
import { ProcessStartError } from '../../process/index.ts';
import { AgentGoneError } from '../programs/agent-gone.error.ts';
import { AgentSetupError } from '../programs/agent-setup.error.ts';
import { DroidRequestError } from './droid-rpc.client.ts';

const reasonMaxLength = 4_000;

const notLoggedIn =
  'Droid is not logged in. Add the key of a Factory account, or a gateway, under Settings → Agents, then send your message again.';

/** Why a turn failed, and what the user can do about it. `reason` is how droid says the turn ended. */
export function toFailureReason(reason: string, error: string): string {
  const detail = toDetail(error);
  const advice = adviceFor(reason, error);
  if (advice) return (detail ? `${advice} (${detail})` : advice).slice(0, reasonMaxLength);
  if (detail) return `Droid failed: ${detail}`.slice(0, reasonMaxLength);
  return `Droid ended the turn without saying why (${reason}). Send your message again.`;
}

/** Why a turn ended without droid ending it. */
export function toCrashReason(error: unknown): string {
  if (error instanceof AgentSetupError || error instanceof ProcessStartError) return error.message;
  if (error instanceof DroidRequestError) return `Droid refused the request: ${error.message}`;
  if (error instanceof AgentGoneError) {
    return `${error.message} in the middle of its work. Send your message again: it goes on from the last step.`;
  }
  return error instanceof ZodError
    ? 'Droid answered in a way this version does not understand. Use the version it was made for.'
    : 'Droid could not go on; the log of the container says why. Send your message again.';
}

const retryCauses: Readonly<Record<string, string>> = {
  rate_limited: "The model's server limits the requests (429)",
  overloaded: "The model's server failed or is overloaded",
  timeout: "The model's answer broke off",
  empty_response: "The model's answer was empty",
};

/** What to say while droid tries again by itself, which it does for minutes. */
export function toRetryNotice(reason: string): string {
  const cause = retryCauses[reason] ?? `The model did not answer (${reason})`;
  return `${cause}; Droid asks again. Interrupt to stop it.`;
}

const adviceByReason: Readonly<Record<string, string>> = {
  model_authentication_failed:
    "The model's server refused the login of Droid. Renew the key or the login, then send your message again.",
  model_provider_unreachable:
    "Droid cannot reach the model's server. Check the network, then send your message again.",
  process_exit: 'Droid ended in the middle of its work. Send your message again.',
  no_approver_available: 'Droid needed a permission that nobody could give. Choose another permission mode.',
};

function adviceFor(reason: string, error: string): string | null {
  if (/no access token|\/login\b|airgap mode/i.test(error)) return notLoggedIn;
  const [, status = ''] = /^(\d{3})\b/.exec(error) ?? [];
  if (status === '429')
    return "The model's server limits the requests. Wait a little, then send your message again.";
  if (status.startsWith('5')) return "The model's server failed. Send your message again later.";
  if (/custom model configuration is unavailable/i.test(error))
    return 'Droid does not have the model any more. Choose another model.';
  return adviceByReason[reason] ?? null;
}

/** Droid puts the status before the words of the server: `400 not this way`. */
function toDetail(error: string): string {
  return (
    error
      .trim()
      .replace(/^BYOK Error: /, '')
      .split('\n')[0]
      ?.replace(/^\d{3} /, '') ?? ''
  );
}
