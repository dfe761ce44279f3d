import type { PermissionMode } from '@codex-webapp/contracts';
import type { CodexSkill } from './codex-protocol.ts';
import { toApprovalPolicy } from './codex-settings.ts';

/** What a turn of codex's is made of. */
export interface CodexAssignment {
  readonly text: string;
  readonly imagePaths: readonly string[];
  readonly permissionMode: PermissionMode;
  readonly workspacePath: string;
  readonly threadId: string;
  /** Of the thread, where they are to change. */
  readonly settings: object;
  readonly skills: readonly CodexSkill[];
}

/** The request that begins a turn. */
export interface CodexOpening {
  readonly method: 'turn/start' | 'thread/compact/start' | 'review/start';
  readonly parameters: object;
}

/** The command a prompt begins with, and what follows it; null for one that begins with none. */
export function parseCommand(text: string): { readonly name: string; readonly rest: string } | null {
  const [, name, rest = ''] = /^\/([^\s/]+)(?:\s+([\s\S]*))?$/.exec(text.trim()) ?? [];
  return name === undefined ? null : { name, rest: rest.trim() };
}

/** A slash that is none of codex's commands is text: paths begin with one too. */
export function toOpening(assignment: CodexAssignment): CodexOpening {
  const { threadId, text, skills } = assignment;
  const command = parseCommand(text);
  if (command?.name === 'compact') return { method: 'thread/compact/start', parameters: { threadId } };
  if (command?.name === 'review') {
    const target = command.rest
      ? { type: 'custom', instructions: command.rest }
      : { type: 'uncommittedChanges' };
    return { method: 'review/start', parameters: { threadId, target, delivery: 'inline' } };
  }
  const skill = command && skills.find(({ name }) => name === command.name);
  return { method: 'turn/start', parameters: toTurnStart(assignment, skill ?? null) };
}

function toTurnStart(assignment: CodexAssignment, skill: CodexSkill | null): object {
  const { threadId, text, imagePaths, permissionMode, workspacePath, settings } = assignment;
  return {
    threadId,
    input: [
      ...toInput(text, imagePaths),
      ...(skill ? [{ type: 'skill', name: skill.name, path: skill.path }] : []),
    ],
    cwd: workspacePath,
    approvalPolicy: toApprovalPolicy(permissionMode),
    sandboxPolicy: { type: 'dangerFullAccess' },
    ...settings,
  };
}

export function toInput(text: string, imagePaths: readonly string[]): readonly object[] {
  return [
    { type: 'text', text, text_elements: [] },
    ...imagePaths.map((path) => ({ type: 'localImage', path })),
  ];
}
