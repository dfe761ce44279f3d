import { randomUUID } from 'node:crypto';
import type { AgentRequestAnswer, FileDiff, PermissionOption, Question } from '@codex-webapp/contracts';
import type { PermissionAsk, QuestionAsk } from '../agent-driver.ts';
import { unwrapShell } from './codex-command-line.ts';
import type { CodexServerRequest } from './codex-protocol.ts';

/** The ids are codex's own decisions. "Decline" tells the model, which goes on. */
const permissionOptions: PermissionOption[] = [
  { optionId: 'accept', name: 'Allow once', kind: 'allow_once' },
  { optionId: 'acceptForSession', name: 'Allow, and do not ask for this again', kind: 'allow_always' },
  { optionId: 'decline', name: 'Reject', kind: 'reject_once' },
];

/** What the user is asked. `diffs` are the changes a file change asks permission for. */
export function toAsk(
  request: CodexServerRequest,
  diffs: FileDiff[] | undefined,
): PermissionAsk | QuestionAsk {
  const agentRequestId = randomUUID();
  const { method, params } = request;
  switch (method) {
    case 'item/tool/requestUserInput':
      return {
        type: 'question.asked',
        agentRequestId,
        questions: params.questions.slice(0, 10).map(toQuestion),
      };
    case 'item/commandExecution/requestApproval':
      return {
        type: 'permission.requested',
        agentRequestId,
        toolCallId: params.itemId,
        title: params.command
          ? 'Codex wants to run a command'
          : 'Codex wants to do something it needs permission for',
        ...detail(params.command ? unwrapShell(params.command) : params.reason),
        options: permissionOptions,
      };
    case 'item/fileChange/requestApproval':
      return {
        type: 'permission.requested',
        agentRequestId,
        toolCallId: params.itemId,
        title:
          diffs?.length === 1
            ? `Codex wants to change ${diffs[0]?.path}`.slice(0, 1_000)
            : 'Codex wants to change files',
        ...detail(params.reason),
        ...(diffs ? { diffs } : {}),
        options: permissionOptions,
      };
  }
}

/** What codex is told. Without an answer a permission ends the turn, and a question goes unanswered. */
export function toAnswer(request: CodexServerRequest, answer: AgentRequestAnswer | null): unknown {
  if (request.method === 'item/tool/requestUserInput') {
    const answers = answer && 'answers' in answer ? Object.entries(answer.answers) : [];
    return { answers: Object.fromEntries(answers.map(([id, texts]) => [id, { answers: texts }])) };
  }
  if (!answer) return { decision: 'cancel' };
  const isKnown =
    'optionId' in answer && permissionOptions.some((option) => option.optionId === answer.optionId);
  return { decision: isKnown ? answer.optionId : 'decline' };
}

type UserInput = Extract<
  CodexServerRequest,
  { method: 'item/tool/requestUserInput' }
>['params']['questions'][number];

function toQuestion({ id, header, question, isOther, options }: UserInput): Question {
  return {
    questionId: id,
    ...(header ? { header: header.slice(0, 200) } : {}),
    question: question.slice(0, 4_000),
    options: (options ?? []).slice(0, 50).map(({ label, description }) => ({
      label: label.slice(0, 500),
      ...(description ? { description: description.slice(0, 2_000) } : {}),
    })),
    allowsOther: isOther,
  };
}

function detail(text: string | null | undefined): { detail?: string } {
  return text ? { detail: text.slice(0, 8_192) } : {};
}
