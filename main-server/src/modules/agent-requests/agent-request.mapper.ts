import {
  agentRequestSchema,
  toAnswerPrompt,
  type AgentRequestResponse,
  type EntryBodyOf,
  type KeptAnswer,
} from '@codex-webapp/contracts';
import type { AgentRequest } from './agent-request.entity.ts';

export function toAgentRequestResponse(request: AgentRequest): AgentRequestResponse {
  return {
    id: request.id,
    sessionId: request.sessionId,
    turnId: request.turnId,
    kind: request.kind,
    title: request.body.title,
    detail: request.body.detail,
    toolCallId: request.body.toolCallId,
    diffs: request.body.diffs,
    options: request.body.options,
    questions: request.body.questions,
    status: request.status,
    answer: request.answer,
    decidedBy: request.decidedBy,
    createdAt: new Date(request.createdAt).toISOString(),
    answeredAt: request.answeredAt === null ? null : new Date(request.answeredAt).toISOString(),
    kept: toKeptAnswer(request),
  };
}

function toKeptAnswer({ status, kind, body, answer, promptId }: AgentRequest): KeptAnswer | null {
  if (status !== 'expired' || answer === null) return null;
  return { text: toAnswerPrompt({ kind, ...body }, answer), promptId };
}

export function toRequestChanged(request: AgentRequest): EntryBodyOf<'agent_request.changed'> {
  return {
    type: 'agent_request.changed',
    request: agentRequestSchema.parse(toAgentRequestResponse(request)),
  };
}
