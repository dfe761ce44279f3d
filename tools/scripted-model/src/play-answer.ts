import type { AnswerStep } from './answer.ts';
import type { EventStream } from './event-stream.ts';
import type { Answer, Conversation, Usage } from './model-api.ts';
import { numberedTokens, splitIntoTokens } from './tokens.ts';

export interface Playback {
  readonly conversation: Conversation;
  readonly answer: Answer;
  readonly events: EventStream;
  /** Pause after each token of `say` and `think`. */
  readonly paceMs: number;
  /** Whether this `drop` strikes now. */
  readonly strikes: (step: AnswerStep) => boolean;
}

/** Performs the steps of one answer. Rejects once the connection is gone, whoever cut it. */
export async function playAnswer(steps: readonly AnswerStep[], playback: Playback): Promise<void> {
  const performance = new Performance(playback);
  for (const step of steps) await performance.play(step);
  await performance.finish();
}

class Performance {
  private usage: Usage | null = null;
  private tokensSent = 0;
  /** The connection is cut once this many tokens are out. */
  private cutAt = Infinity;
  /** Tokens that the agent has from an answer that was cut. */
  private toSkip: number;

  constructor(private readonly playback: Playback) {
    this.toSkip = (playback.conversation.saidBefore ?? []).flatMap(splitIntoTokens).length;
  }

  async play(step: AnswerStep): Promise<void> {
    const { answer, events, conversation, paceMs } = this.playback;
    switch (step.kind) {
      case 'say':
        return this.say(splitIntoTokens(step.text.replaceAll('{output}', conversation.lastOutput)), paceMs);
      case 'think':
        return answer.think(this.paced(splitIntoTokens(step.text), paceMs));
      case 'stream':
        return this.say([...numberedTokens(step.tokens)], step.everyMs);
      case 'stall':
        return events.wait(step.ms);
      case 'call':
        return answer.call(step.call);
      case 'usage':
        this.usage = step;
        return;
      case 'drop':
        if (this.playback.strikes(step)) this.cutAfter(step.afterTokens);
        return;
      case 'fail':
        return; // A refusal comes before the first byte of an answer, see the server.
    }
  }

  async finish(): Promise<void> {
    if (this.cutAt < Infinity) this.playback.events.cut();
    const { answer, conversation } = this.playback;
    await answer.finish(
      this.usage ?? { inputTokens: conversation.inputTokens, outputTokens: this.tokensSent },
    );
  }

  private async say(tokens: readonly string[], everyMs: number): Promise<void> {
    const rest = tokens.slice(this.toSkip);
    this.toSkip = Math.max(0, this.toSkip - tokens.length);
    if (rest.length > 0) await this.playback.answer.say(this.paced(rest, everyMs));
  }

  private cutAfter(tokens: number): void {
    if (tokens === 0) this.playback.events.cut();
    this.cutAt = this.tokensSent + tokens;
  }

  private async *paced(tokens: Iterable<string>, everyMs: number): AsyncIterable<string> {
    for (const token of tokens) {
      yield token;
      this.tokensSent += 1;
      if (this.tokensSent >= this.cutAt) this.playback.events.cut();
      await this.playback.events.wait(everyMs);
    }
  }
}
