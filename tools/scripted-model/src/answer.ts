import type { Step, ToolStep } from './script.ts';

/** A call as it goes to the agent: named arguments, or free text for tools with a grammar of their own. */
export type ToolCall =
  | { readonly kind: 'function'; readonly name: string; readonly input: Readonly<Record<string, unknown>> }
  | { readonly kind: 'custom'; readonly name: string; readonly input: string };

export interface CallStep {
  readonly kind: 'call';
  readonly call: ToolCall;
  /** Whether the script goes on only when what the call began has ended. */
  readonly waits: boolean;
}

/** A step after the agent's tools were looked at. */
export type AnswerStep = Exclude<Step, ToolStep> | CallStep;

/** Finds the agent's tool for a step, or the calls it takes, one after the other. None when the agent offers nothing. */
export type ToolChoice = (step: ToolStep) => ToolCall | readonly ToolCall[] | null;

/** Turns tool steps into calls. A step without a tool becomes a sentence that says so, and the script goes on. */
export function chooseTools(steps: readonly Step[], choose: ToolChoice): readonly AnswerStep[] {
  return steps.flatMap((step) => (isToolStep(step) ? toCalls(step, choose) : step));
}

export interface Progress {
  readonly finishedCalls: number;
  /** Asks how the last command is doing; null when it has ended. */
  readonly pendingCall: ToolCall | null;
}

/**
 * The steps of the model's next answer: what follows the last finished call, up to and including the next one. Empty
 * when the script is over.
 */
export function nextAnswer(script: readonly AnswerStep[], progress: Progress): readonly AnswerStep[] {
  const calls = script.filter((step) => step.kind === 'call');
  const last = calls[progress.finishedCalls - 1];
  if (last?.waits && progress.pendingCall) return [{ ...last, call: progress.pendingCall }];
  if (progress.finishedCalls > 0 && !last) return [];

  const begin = last ? script.indexOf(last) + 1 : 0;
  const next = calls[progress.finishedCalls];
  return script.slice(begin, next && script.indexOf(next) + 1);
}

function toCalls(step: ToolStep, choose: ToolChoice): readonly AnswerStep[] {
  const calls = [choose(step) ?? []].flat();
  return calls.length > 0
    ? calls.map((call) => ({ kind: 'call', call, waits: step.kind !== 'start' }))
    : [{ kind: 'say', text: `This agent offers no tool for "${step.kind}".` }];
}

const toolSteps: ReadonlySet<Step['kind']> = new Set<ToolStep['kind']>([
  'run',
  'start',
  'write',
  'edit',
  'move',
  'delete',
  'read',
  'plan',
  'ask',
  'propose',
]);

function isToolStep(step: Step): step is ToolStep {
  return toolSteps.has(step.kind);
}
