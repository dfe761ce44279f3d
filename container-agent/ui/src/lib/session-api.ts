import type {
  AgentRequestResponse,
  MessageListResponse,
  PreparationLogResponse,
  PreparationResponse,
  PromptResponse,
  SessionControlsResponse,
  SessionResponse,
} from '@codex-webapp/contracts';
import type { ConversationApi } from '@codex-webapp/ui/conversation';
import { ApiError, callApi } from './api-client.ts';

/** The conversation API of the page's own origin: main-server answers it, or, run by hand, container-agent. */
export const sessionApi: ConversationApi = {
  listMessages: (before) => callApi<MessageListResponse>('GET', `/api/messages?before=${before}`),
  queuePrompt: (request) => callApi<PromptResponse>('POST', '/api/messages', request),
  updatePrompt: (promptId, request) =>
    callApi<PromptResponse>('PATCH', `/api/prompts/${encodeURIComponent(promptId)}`, request),
  interrupt: async (turnId) => {
    try {
      await callApi('POST', '/api/interrupt', { turnId });
    } catch (error) {
      // It ended by itself in the meantime, which is what was wanted.
      if (error instanceof ApiError && error.status === 409) return;
      throw error;
    }
  },
  answer: async (requestId, answer) => {
    try {
      const path = `/api/requests/${encodeURIComponent(requestId)}/answer`;
      return await callApi<AgentRequestResponse>('POST', path, answer);
    } catch (error) {
      // Somebody was faster; their answer comes over the socket.
      if (error instanceof ApiError && error.code === 'agent_request.already_answered') return null;
      throw error;
    }
  },
  sendKeptAnswer: (requestId) =>
    callApi<AgentRequestResponse>(
      'POST',
      `/api/requests/${encodeURIComponent(requestId)}/send-as-prompt`,
      {},
    ),
  startContainer: () => callApi('POST', '/api/container/start', {}),
  preparation: {
    retry: () => callApi<PreparationResponse>('POST', '/api/preparation/retry', {}),
    skip: () => callApi<PreparationResponse>('POST', '/api/preparation/skip', {}),
    readLog: () => callApi<PreparationLogResponse>('GET', '/api/preparation/log'),
  },
  listControls: async () => (await callApi<SessionControlsResponse>('GET', '/api/controls')).controls,
  updateSession: (request) => callApi<SessionResponse>('PATCH', '/api/session', request),
};
