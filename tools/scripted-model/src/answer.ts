import type { Step, ToolStep } from './script.ts';

/** A call as it goes to the agent: named arguments, or free text for tools with a grammar of their own. */
export type ToolCall =
  | { readonly kind: 'function'; readonly name: string; readonly input: Readonly<Record<string, unknown>> }
  | { readonly kind: 'custom'; readonly name: string; readonly input: string };

export interface CallStep {
  readonly kind: 'call';
  readonly call: ToolCall;
}

/** A step after the agent's tools were looked at. */
export type AnswerStep = Exclude<Step, ToolStep> | CallStep;

/** Finds the agent's tool for a step; null when the agent offers none. */
export type ToolChoice = (step: ToolStep) => ToolCall | null;

/** Turns tool steps into calls. A step without a tool becomes a sentence that says so, and the script goes on. */
export function chooseTools(steps: readonly Step[], choose: ToolChoice): readonly AnswerStep[] {
  return steps.map((step) => (isToolStep(step) ? toCall(step, choose) : step));
}

/**
 * The steps of the model's next answer: what follows the last finished call, up to and including the next one. Empty
 * when the script is over.
 */
export function nextAnswer(steps: readonly AnswerStep[], finishedCalls: number): readonly AnswerStep[] {
  const ends = steps.flatMap((step, index) => (step.kind === 'call' ? [index + 1] : []));
  const begin = finishedCalls === 0 ? 0 : (ends[finishedCalls - 1] ?? steps.length);
  return steps.slice(begin, ends[finishedCalls]);
}

function toCall(step: ToolStep, choose: ToolChoice): AnswerStep {
  const call = choose(step);
  return call
    ? { kind: 'call', call }
    : { kind: 'say', text: `This agent offers no tool for "${step.kind}".` };
}

function isToolStep(step: Step): step is ToolStep {
  return ['run', 'write', 'edit', 'read', 'plan', 'ask'].includes(step.kind);
}
