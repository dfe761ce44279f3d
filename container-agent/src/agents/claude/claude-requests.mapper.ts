import { randomUUID } from 'node:crypto';
import type { AgentRequestAnswer, FileDiff, PermissionOption, Question } from '@codex-webapp/contracts';
import type { PermissionAsk, QuestionAsk } from '../agent-driver.ts';
import { toShownPath } from './claude-diffs.ts';
import {
  askedQuestionsSchema,
  type ClaudePermission,
  type ClaudePermissionUpdate,
  type ClaudeQuestion,
} from './claude-protocol.ts';

/** "Reject" tells the model, which goes on. */
const permissionOptions: PermissionOption[] = [
  { optionId: 'allow', name: 'Allow once', kind: 'allow_once' },
  { optionId: 'allow-always', name: 'Allow, and do not ask for this again', kind: 'allow_always' },
  { optionId: 'reject', name: 'Reject', kind: 'reject_once' },
];

const planOptions: PermissionOption[] = [
  { optionId: 'work', name: 'Approve, and work without asking', kind: 'allow_always' },
  { optionId: 'allow', name: 'Approve, and ask before each change', kind: 'allow_once' },
  { optionId: 'reject', name: 'Keep planning', kind: 'reject_once' },
];

const rejected =
  'The user rejected this tool use. Do not try it again in another way; go on without it, or ask what to do instead.';
const planRejected =
  'The user wants you to keep planning. Ask what should be different, or improve the plan.';
const nobodyAnswers = 'The user interrupted this and will not answer.';

/** What Claude Code is answered. */
export type PermissionAnswer =
  | {
      readonly behavior: 'allow';
      readonly updatedInput: object;
      readonly updatedPermissions?: readonly object[];
    }
  | { readonly behavior: 'deny'; readonly message: string; readonly interrupt: boolean };

export interface AskContext {
  readonly workspacePath: string;
  /** The changes that a change of a file asks permission for. */
  readonly diffs: FileDiff[] | undefined;
}

/** What the user is asked. */
export function toAsk(request: ClaudePermission, context: AskContext): PermissionAsk | QuestionAsk {
  const agentRequestId = randomUUID();
  const questions = questionsOf(request);
  if (questions)
    return { type: 'question.asked', agentRequestId, questions: questions.slice(0, 10).map(toQuestion) };
  const isPlan = request.tool_name === 'ExitPlanMode';
  return {
    type: 'permission.requested',
    agentRequestId,
    // A plan is no tool call that users see.
    ...(request.tool_use_id && !isPlan ? { toolCallId: request.tool_use_id } : {}),
    title: toTitle(request, context).slice(0, 1_000),
    ...detail(detailOf(request)),
    ...(context.diffs ? { diffs: context.diffs } : {}),
    options: optionsFor(request),
  };
}

/** Without an answer the turn ends. An answer we did not offer rejects. */
export function toAnswer(request: ClaudePermission, answer: AgentRequestAnswer | null): PermissionAnswer {
  if (!answer) return { behavior: 'deny', message: nobodyAnswers, interrupt: true };
  const { input } = request;
  if ('answers' in answer) {
    const answers = (questionsOf(request) ?? []).map(({ question }, index) => [
      question,
      (answer.answers[questionId(index)] ?? []).join(', '),
    ]);
    return { behavior: 'allow', updatedInput: { ...input, answers: Object.fromEntries(answers) } };
  }
  if (!optionsFor(request).some(({ optionId }) => optionId === answer.optionId)) return toRejection(request);
  switch (answer.optionId) {
    case 'allow':
      return { behavior: 'allow', updatedInput: input };
    case 'allow-always':
      return { behavior: 'allow', updatedInput: input, updatedPermissions: lastingPermissions(request) };
    case 'work': {
      const mode = { type: 'setMode', mode: 'bypassPermissions', destination: 'session' };
      return { behavior: 'allow', updatedInput: input, updatedPermissions: [mode] };
    }
    default:
      return toRejection(request);
  }
}

function toRejection({ tool_name: toolName }: ClaudePermission): PermissionAnswer {
  const message = toolName === 'ExitPlanMode' ? planRejected : rejected;
  return { behavior: 'deny', message, interrupt: false };
}

/** For as long as the program runs, and never in a file of the workspace, where they would count for everybody. */
function lastingPermissions({
  permission_suggestions: suggestions,
}: ClaudePermission): ClaudePermissionUpdate[] {
  return (suggestions ?? []).map((suggestion) => ({ ...suggestion, destination: 'session' }));
}

function optionsFor({
  tool_name: toolName,
  permission_suggestions: suggestions,
}: ClaudePermission): PermissionOption[] {
  if (toolName === 'ExitPlanMode') return planOptions;
  return suggestions?.length
    ? permissionOptions
    : permissionOptions.filter(({ kind }) => kind !== 'allow_always');
}

function toTitle({ tool_name: toolName, input }: ClaudePermission, { workspacePath }: AskContext): string {
  const file = input['file_path'] ?? input['notebook_path'];
  if (toolName === 'ExitPlanMode') return 'Claude Code has a plan';
  if (toolName === 'Bash') return 'Claude Code wants to run a command';
  if (typeof file !== 'string') return `Claude Code wants to use ${toolName}`;
  const verb = toolName === 'Read' ? 'read' : 'change';
  return `Claude Code wants to ${verb} ${toShownPath(file, workspacePath)}`;
}

function detailOf({
  tool_name: toolName,
  input,
  description,
  decision_reason: reason,
}: ClaudePermission): unknown {
  if (toolName === 'ExitPlanMode') return input['plan'];
  if (toolName === 'Bash') return input['command'];
  if (input['file_path'] ?? input['notebook_path']) return reason;
  return input['url'] ?? input['query'] ?? description ?? JSON.stringify(input);
}

function detail(text: unknown): { detail?: string } {
  return typeof text === 'string' && text ? { detail: text.slice(0, 8_192) } : {};
}

function questionsOf({ tool_name: toolName, input }: ClaudePermission): readonly ClaudeQuestion[] | null {
  if (toolName !== 'AskUserQuestion') return null;
  return askedQuestionsSchema.safeParse(input).data?.questions ?? null;
}

function questionId(index: number): string {
  return `question-${index + 1}`;
}

function toQuestion({ question, header, options }: ClaudeQuestion, index: number): Question {
  return {
    questionId: questionId(index),
    ...(header ? { header: header.slice(0, 200) } : {}),
    question: question.slice(0, 4_000),
    options: options.slice(0, 50).map(({ label, description }) => ({
      label: label.slice(0, 500),
      ...(description ? { description: description.slice(0, 2_000) } : {}),
    })),
    allowsOther: true,
  };
}
