import type { TurnEventOf } from '@codex-webapp/contracts';
import type { ClaudeResult, ClaudeTokens } from './claude-protocol.ts';

type UsageUpdated = Omit<TurnEventOf<'usage.updated'>, 'turnId'>;

interface Totals {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
}

const nothing: Totals = { inputTokens: 0, outputTokens: 0, costUsd: 0 };

/** Counts what the conversation has used. Each program counts from zero, so what earlier ones used is added. */
export class ClaudeUsage {
  private earlier: Totals = nothing;
  /** Of the running program, as it told with its last result. */
  private current: Totals = nothing;
  /** Of the answers since. */
  private unsettled: Totals = nothing;
  private answer: ClaudeTokens = {};
  private model = '';
  private contextWindow: number | null = null;

  /** Another program counts from now on. */
  beginProgram(): void {
    this.earlier = add(add(this.earlier, this.current), this.unsettled);
    this.current = nothing;
    this.unsettled = nothing;
  }

  answerBegins(model: string, tokens: ClaudeTokens): void {
    this.model = model;
    this.answer = tokens;
  }

  /** The numbers of an answer grow until its end; a later one replaces what it names. */
  answerTells(tokens: ClaudeTokens): void {
    const told = Object.entries(tokens).filter(([, value]) => typeof value === 'number');
    this.answer = { ...this.answer, ...Object.fromEntries(told) };
  }

  answerEnds(): readonly UsageUpdated[] {
    const inputTokens = inputOf(this.answer);
    const outputTokens = this.answer.output_tokens ?? 0;
    this.unsettled = add(this.unsettled, { inputTokens, outputTokens, costUsd: 0 });
    return this.tell();
  }

  /** The program's own totals, with what its helpers used, replace our sum. */
  resultTells({ modelUsage, total_cost_usd: costUsd }: ClaudeResult): readonly UsageUpdated[] {
    const models = Object.entries(modelUsage ?? {});
    if (models.length === 0) return [];
    const used = models.map(
      ([, { inputTokens, outputTokens, cacheReadInputTokens, cacheCreationInputTokens }]) => ({
        inputTokens: inputTokens + cacheReadInputTokens + cacheCreationInputTokens,
        outputTokens,
        costUsd: 0,
      }),
    );
    this.current = { ...used.reduce(add, nothing), costUsd: costUsd ?? this.current.costUsd };
    this.unsettled = nothing;
    // `claude-opus-4-8[1m]` answers as `claude-opus-4-8`.
    const own = models.find(([name]) => name.startsWith(this.model)) ?? models[0];
    this.contextWindow = own?.[1].contextWindow ?? this.contextWindow;
    return this.tell();
  }

  private tell(): readonly UsageUpdated[] {
    const { inputTokens, outputTokens, costUsd } = add(add(this.earlier, this.current), this.unsettled);
    const contextTokens = inputOf(this.answer) + (this.answer.output_tokens ?? 0);
    return [
      {
        type: 'usage.updated',
        inputTokens,
        outputTokens,
        ...(contextTokens > 0 ? { contextTokens } : {}),
        ...(this.contextWindow ? { contextWindow: this.contextWindow } : {}),
        ...(costUsd > 0 ? { costUsd } : {}),
      },
    ];
  }
}

function inputOf(tokens: ClaudeTokens): number {
  return (
    (tokens.input_tokens ?? 0) +
    (tokens.cache_read_input_tokens ?? 0) +
    (tokens.cache_creation_input_tokens ?? 0)
  );
}

function add(a: Totals, b: Totals): Totals {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    costUsd: a.costUsd + b.costUsd,
  };
}
