import type { ToolCall } from '../answer.ts';
import type { ToolStep } from '../script.ts';
import { addFilePatch, deleteFilePatch, moveFilePatch, updateFilePatch } from './codex-patch.ts';

/** Tools that only ask how a running command is doing; their outputs do not move the script on. */
export const pollingTools: ReadonlySet<string> = new Set(['write_stdin', 'wait']);

/** Longest pause codex allows before it hands back a command that still runs. */
const commandYieldMs = 30_000;
const pollYieldMs = 300_000;
/** Long enough to see a command that fails at once. */
const startYieldMs = 1_000;

/** The codex tool for a step: a direct one, or JavaScript for `exec`, which models in code mode get instead. */
export function chooseCodexTool(step: ToolStep, offered: ReadonlySet<string>): ToolCall | null {
  const direct = listCalls(step).find((call) => offered.has(call.name));
  if (direct) return direct;

  const nested = listCalls(step).find((call) => offered.has(`exec.${call.name}`));
  return nested ? { kind: 'custom', name: 'exec', input: toJavaScript(nested, step.kind !== 'start') } : null;
}

/** How to go on waiting for a command that outlived its pause; null when the output is final. */
export function runningCommandOf(output: string): ToolCall | null {
  const [, session] = /^Process running with session ID (\d+)$/m.exec(output) ?? [];
  if (session)
    return {
      kind: 'function',
      name: 'write_stdin',
      input: { session_id: Number(session), yield_time_ms: pollYieldMs },
    };

  const [, cell] = /^Script running with cell ID (\S+)$/m.exec(output) ?? [];
  return cell
    ? { kind: 'function', name: 'wait', input: { cell_id: cell, yield_time_ms: pollYieldMs } }
    : null;
}

/** Every way codex may offer to do the step, the best first. */
function listCalls(step: ToolStep): readonly ToolCall[] {
  switch (step.kind) {
    case 'run':
      return commandCalls(step.command);
    case 'start':
      return commandCalls(step.command, startYieldMs);
    case 'read':
      return commandCalls(`cat -- ${quote(step.path)}`);
    case 'write':
      return patchCalls(addFilePatch(step.path, step.content));
    case 'edit':
      return patchCalls(updateFilePatch(step.path, step.before, step.after));
    case 'move':
      return patchCalls(moveFilePatch(step));
    case 'delete':
      return patchCalls(deleteFilePatch(step.path));
    case 'plan':
      return [
        {
          kind: 'function',
          name: 'update_plan',
          input: { explanation: 'The plan of the script.', plan: step.entries },
        },
      ];
    case 'ask':
      return [{ kind: 'function', name: 'request_user_input', input: { questions: [toQuestion(step)] } }];
    case 'propose':
      return []; // In codex's plan mode the plan is the message itself.
  }
}

function commandCalls(command: string, yieldMs = commandYieldMs): readonly ToolCall[] {
  return [
    { kind: 'function', name: 'exec_command', input: { cmd: command, yield_time_ms: yieldMs } },
    { kind: 'function', name: 'shell_command', input: { command } },
    { kind: 'function', name: 'shell', input: { command: ['bash', '-lc', command] } },
  ];
}

/** Codex understands a patch in a shell command as well, which is how models without the tool send one. */
function patchCalls(patch: string): readonly ToolCall[] {
  return [
    { kind: 'custom', name: 'apply_patch', input: patch },
    ...commandCalls(`apply_patch <<'PATCH'\n${patch}\nPATCH`),
  ];
}

function toQuestion({ question, options }: Extract<ToolStep, { kind: 'ask' }>) {
  return {
    id: 'question',
    header: 'Question',
    question,
    options: options.map((label) => ({ label, description: `Choose ${label}.` })),
  };
}

function toJavaScript(call: ToolCall, waits: boolean): string {
  const input = JSON.stringify(call.input);
  if (call.name !== 'exec_command' || !waits) return `text(await tools.${call.name}(${input}));`;
  return [
    `let result = await tools.exec_command(${input});`,
    'text(result.output);',
    'while (result.session_id !== undefined) {',
    `  result = await tools.write_stdin({ session_id: result.session_id, yield_time_ms: ${pollYieldMs} });`,
    '  text(result.output);',
    '}',
  ].join('\n');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
