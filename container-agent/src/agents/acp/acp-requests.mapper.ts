import { randomUUID } from 'node:crypto';
import type { AgentRequestAnswer, FileDiff, Question } from '@codex-webapp/contracts';
import { z } from 'zod';
import type { PermissionAsk, QuestionAsk } from '../agent-driver.ts';
import { textOf } from './acp-content.ts';
import type { AcpPermissionRequest, AcpToolCall } from './acp-protocol.ts';

type Answer = Readonly<Record<string, unknown>>;

const mostOptions = 10;
const cancelled: Answer = { outcome: { outcome: 'cancelled' } };

/** Qwen asks its questions in the form of a request for permission. */
const questionsSchema = z.object({
  questions: z
    .array(
      z.object({
        question: z.string(),
        header: z.string().optional(),
        options: z.array(z.object({ label: z.string(), description: z.string().optional() })).default([]),
      }),
    )
    .min(1)
    .max(10),
});

/** Null unless the agent asks a question instead of a permission. */
export function toQuestionAsk({ toolCall }: AcpPermissionRequest): QuestionAsk | null {
  const { rawInput, _meta: meta } = toolCall;
  if (meta?.qwenInteractionKind !== 'user_question') return null;
  const asked = questionsSchema.safeParse(rawInput).data;
  return asked
    ? { type: 'question.asked', agentRequestId: randomUUID(), questions: asked.questions.map(toQuestion) }
    : null;
}

export function toQuestionAnswer(request: AcpPermissionRequest, answer: AgentRequestAnswer | null): Answer {
  const submit = request.options.find(({ kind }) => kind.startsWith('allow'));
  if (!answer || !('answers' in answer) || !submit) return cancelled;
  const answers = Object.entries(answer.answers).map(([index, texts]) => [index, texts.join(', ')]);
  return { ...selected(submit.optionId), answers: Object.fromEntries(answers) as Record<string, string> };
}

/** What the user is asked. `diffs` are the changes the permission is for. */
export function toPermissionAsk(
  agentName: string,
  request: AcpPermissionRequest,
  { call, diffs }: { readonly call: AcpToolCall; readonly diffs: FileDiff[] | undefined },
): PermissionAsk {
  const detail = detailOf(call);
  return {
    type: 'permission.requested',
    agentRequestId: randomUUID(),
    toolCallId: call.toolCallId,
    title: titleOf(agentName, call, diffs).slice(0, 1_000),
    ...(detail ? { detail: detail.slice(0, 8_192) } : {}),
    ...(diffs ? { diffs } : {}),
    options: request.options
      .slice(0, mostOptions)
      .map((option) => ({ ...option, name: option.name.slice(0, 200) || option.optionId })),
  };
}

/** What the agent is told. Without an answer, or with one it did not offer, nothing is allowed. */
export function toPermissionAnswer(
  request: AcpPermissionRequest,
  answer: AgentRequestAnswer | null,
): { readonly answer: Answer; readonly isAllowed: boolean } {
  const chosen =
    answer && 'optionId' in answer && request.options.find(({ optionId }) => optionId === answer.optionId);
  if (!chosen) return { answer: cancelled, isAllowed: false };
  return { answer: selected(chosen.optionId), isAllowed: chosen.kind.startsWith('allow') };
}

/** In full auto nobody is asked: this once, so that a later turn may ask again. */
export function allow({ options }: AcpPermissionRequest): Answer {
  const once = options.find(({ kind }) => kind === 'allow_once');
  const chosen = once ?? options.find(({ kind }) => kind === 'allow_always');
  return chosen ? selected(chosen.optionId) : cancelled;
}

function selected(optionId: string): Answer {
  return { outcome: { outcome: 'selected', optionId } };
}

function titleOf(agentName: string, call: AcpToolCall, diffs: readonly FileDiff[] | undefined): string {
  if (diffs?.length === 1) return `${agentName} wants to change ${diffs[0]?.path}`;
  if (diffs) return `${agentName} wants to change files`;
  if (call.kind === 'execute') return `${agentName} wants to run a command`;
  return call.title ? `${agentName} asks: ${call.title}` : `${agentName} asks for permission`;
}

function detailOf({ kind, rawInput, title, content }: AcpToolCall): string | null {
  const command = rawInput?.['command'];
  if (kind === 'execute') return typeof command === 'string' ? command : (title ?? null);
  const texts = (content ?? []).map((part) => ('content' in part ? textOf(part.content) : ''));
  return texts.filter(Boolean).join('\n') || null;
}

type AskedQuestion = z.infer<typeof questionsSchema>['questions'][number];

function toQuestion({ question, header, options }: AskedQuestion, index: number): Question {
  return {
    questionId: String(index),
    ...(header ? { header: header.slice(0, 200) } : {}),
    question: question.slice(0, 4_000),
    options: options.slice(0, 50).map(({ label, description }) => ({
      label: label.slice(0, 500),
      ...(description ? { description: description.slice(0, 2_000) } : {}),
    })),
    allowsOther: true,
  };
}
