import { randomUUID } from 'node:crypto';
import type { AgentRequestAnswer, PermissionMode, PermissionOption, Question } from '@codex-webapp/contracts';
import type { PermissionAsk, QuestionAsk } from '../agent-driver.ts';
import { toAskDiffs } from './droid-diffs.ts';
import type { DroidRequest } from './droid-protocol.ts';

type PermissionRequest = Extract<DroidRequest, { method: 'droid.request_permission' }>['params'];
type DroidQuestion = Extract<DroidRequest, { method: 'droid.ask_user' }>['params']['questions'][number];

/** The option that says no. It ends the turn: droid then waits for what the user says instead. */
const rejection = 'cancel';
const consent = 'proceed_once';
const exitPlan = 'exit_spec_mode';

/** What the user is asked. */
export function toAsk(request: DroidRequest, workspacePath: string): PermissionAsk | QuestionAsk {
  const agentRequestId = randomUUID();
  if (request.method === 'droid.ask_user') {
    const questions = request.params.questions.slice(0, 10).map(toQuestion);
    return { type: 'question.asked', agentRequestId, questions };
  }
  const { toolUses, options } = request.params;
  const diffs = toolUses.flatMap(({ details }) =>
    details ? (toAskDiffs(details, workspacePath) ?? []) : [],
  );
  const detail = toolUses.flatMap(({ details }) => details?.plan ?? details?.fullCommand ?? []).join('\n');
  return {
    type: 'permission.requested',
    agentRequestId,
    ...(toolUses[0] ? { toolCallId: toolUses[0].toolUse.id } : {}),
    title: toTitle(
      request.params,
      diffs.map(({ path }) => path),
    ).slice(0, 1_000),
    ...(detail ? { detail: detail.slice(0, 8_192) } : {}),
    ...(diffs.length > 0 ? { diffs } : {}),
    options: options.flatMap((option) => toOption(option) ?? []).slice(0, 10),
  };
}

/** What droid is told. Without an answer a permission is refused, and a question goes unanswered: both end the turn. */
export function toAnswer(request: DroidRequest, answer: AgentRequestAnswer | null): unknown {
  if (request.method === 'droid.ask_user') {
    const answers = answer && 'answers' in answer ? answer.answers : null;
    if (!answers) return { cancelled: true, answers: [] };
    return {
      answers: request.params.questions.map(({ index, question }) => ({
        index,
        question,
        answer: (answers[String(index)] ?? []).join(', '),
      })),
    };
  }
  const { options } = request.params;
  const chosen = answer && 'optionId' in answer ? answer.optionId : rejection;
  return { selectedOption: options.some(({ value }) => value === chosen) ? chosen : rejection };
}

/** The tool calls that the answer rejects. */
export function listRejected(request: DroidRequest, answer: unknown): readonly string[] {
  if (request.method === 'droid.ask_user') return [];
  const isRejected = (answer as { selectedOption?: string }).selectedOption === rejection;
  return isRejected ? request.params.toolUses.map(({ toolUse }) => toolUse.id) : [];
}

/**
 * What droid is told without asking anybody; null when the user has to say. With full autonomy droid still asks before
 * what it finds dangerous, and in full auto that is nobody's question.
 */
export function toOwnAnswer(request: DroidRequest, mode: PermissionMode): unknown {
  if (mode !== 'full-auto' || request.method === 'droid.ask_user') return null;
  const { options } = request.params;
  const widest = ['proceed_auto_run_high', consent].find((value) =>
    options.some((option) => option.value === value),
  );
  return widest ? { selectedOption: widest } : null;
}

function toTitle({ toolUses }: PermissionRequest, paths: readonly string[]): string {
  const types = toolUses.map(({ confirmationType }) => confirmationType);
  if (types.includes(exitPlan)) return 'Droid has a plan and wants to begin';
  if (types.every((type) => type === 'exec'))
    return types.length === 1 ? 'Droid wants to run a command' : 'Droid wants to run commands';
  if (paths.length === 1) return `Droid wants to change ${paths[0]}`;
  if (paths.length > 1) return 'Droid wants to change files';
  return `Droid wants to use ${toolUses.map(({ toolUse }) => toolUse.name).join(', ')}`;
}

/** Null for what a session here cannot do: beginning another one. */
function toOption({ label, value }: PermissionRequest['options'][number]): PermissionOption | null {
  const option = { optionId: value, name: label.slice(0, 200) };
  if (value === rejection) return { ...option, kind: 'reject_once' };
  if (value === consent) return { ...option, kind: 'allow_once' };
  return value === 'proceed_always' || value.startsWith('proceed_auto_run')
    ? { ...option, kind: 'allow_always' }
    : null;
}

function toQuestion({ index, topic, question, options }: DroidQuestion): Question {
  return {
    questionId: String(index),
    ...(topic ? { header: topic.slice(0, 200) } : {}),
    question: question.slice(0, 4_000),
    options: options.slice(0, 50).map((label) => ({ label: label.slice(0, 500) })),
    allowsOther: true,
  };
}
