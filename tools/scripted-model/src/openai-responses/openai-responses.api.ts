import type { ModelApi, Refusal } from '../model-api.ts';
import { toOpenaiError } from '../openai-error.ts';
import { toConversation } from './conversation.ts';
import { ResponsesAnswer } from './responses-answer.ts';
import { parseResponsesRequest } from './responses-request.ts';

/** OpenAI's Responses API over server-sent events, as codex speaks it. */
export const openaiResponses: ModelApi = {
  name: 'openai-responses',
  accepts: (path) => path.endsWith('/responses'),
  parseRequest: (body) => toConversation(parseResponsesRequest(body)),
  openAnswer: (conversation, events) => new ResponsesAnswer(conversation.model, events),
  toErrorBody: toOpenaiError,
  toUsageLimit: toSubscriptionLimit,
};

/** As ChatGPT tells codex. */
function toSubscriptionLimit(message: string, resetsInSeconds: number): Refusal {
  const resetsAt = Math.floor(Date.now() / 1_000) + resetsInSeconds;
  return {
    body: { error: { type: 'usage_limit_reached', message, plan_type: 'plus', resets_at: resetsAt } },
    headers: {
      'x-codex-primary-used-percent': '100',
      'x-codex-primary-window-minutes': '300',
      'x-codex-primary-reset-at': String(resetsAt),
    },
  };
}
