import path from 'node:path';

import type { ToolCall } from '../answer.ts';
import type { PlanEntry, ToolStep } from '../script.ts';
import { addFilePatch, deleteFilePatch, moveFilePatch, updateFilePatch } from './codex-patch.ts';

/** Seconds; droid ends a command after one minute unless told. */
const commandTimeout = 600;

export interface DroidSurroundings {
  readonly offered: ReadonlySet<string>;
  /** Where droid works. */
  readonly folder: string;
}

/** The droid tool for a step: models it takes for OpenAI's get `ApplyPatch`, others `Create` and `Edit`. */
export function chooseDroidTool(step: ToolStep, { offered, folder }: DroidSurroundings): ToolCall | null {
  return listCalls(step, folder).find((call) => offered.has(call.name)) ?? null;
}

export function isDroid(offered: ReadonlySet<string>): boolean {
  return offered.has('Execute') && offered.has('TodoWrite');
}

/** Without the line droid puts after the output of a command. */
export function withoutExitLine(output: string): string {
  return output.replace(/\n*\[Process exited with code -?\d+\]\s*$/, '');
}

/** Every way droid may offer to do the step, the best first. */
function listCalls(step: ToolStep, folder: string): readonly ToolCall[] {
  switch (step.kind) {
    case 'run':
      return [execute(step.command)];
    case 'start':
      return [execute(step.command, true)];
    case 'read':
      return [toFunction('Read', { file_path: path.posix.resolve('/', folder, step.path) })];
    case 'write':
      return [
        toPatch(addFilePatch(step.path, step.content)),
        toFunction('Create', { file_path: step.path, content: `${step.content.replace(/\n$/, '')}\n` }),
      ];
    case 'edit':
      // Droid takes an Edit only of a file it has read: the script has to `read` it first.
      return [
        toPatch(updateFilePatch(step.path, step.before, step.after)),
        toFunction('Edit', { file_path: step.path, old_str: step.before, new_str: step.after }),
      ];
    case 'move':
      return [toPatch(moveFilePatch(step))];
    case 'delete':
      return [toPatch(deleteFilePatch(step.path)), execute(`rm -- ${quote(step.path)}`)];
    case 'plan':
      return [toFunction('TodoWrite', { todos: step.entries.map(toTodo).join('\n') })];
    case 'ask':
      return [toFunction('AskUser', { questionnaire: toQuestionnaire(step) })];
    case 'propose':
      return [toFunction('ExitSpecMode', { plan: step.plan })];
  }
}

function execute(command: string, fireAndForget = false): ToolCall {
  const summary = 'Run the command of the script';
  const risk = { riskLevel: 'medium', riskLevelReason: 'The script asks for it.' };
  return toFunction('Execute', { summary, command, timeout: commandTimeout, fireAndForget, ...risk });
}

function toPatch(input: string): ToolCall {
  return { kind: 'custom', name: 'ApplyPatch', input };
}

function toFunction(name: string, input: Readonly<Record<string, unknown>>): ToolCall {
  return { kind: 'function', name, input };
}

function toTodo({ step, status }: PlanEntry, index: number): string {
  return `${index + 1}. [${status}] ${step}`;
}

function toQuestionnaire({ question, options }: Extract<ToolStep, { kind: 'ask' }>): string {
  return [
    `1. [question] ${question}`,
    '[topic] Question',
    ...options.map((label) => `[option] ${label}`),
  ].join('\n');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
