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

/** Performs the steps of one answer. */
export async function playAnswer(steps: readonly AnswerStep[], playback: Playback): Promise<void> {
  const performance = new Performance(playback);
  for (const step of steps) {
    await performance.play(step);
    if (performance.isOver) return;
  }
  await performance.finish();
}

class Performance {
  isOver = false;
  private outputTokens = 0;
  private usage: Usage | null = null;
  /** How many more tokens get through before the connection is cut. */
  private tokensUntilCut = Infinity;

  constructor(private readonly playback: Playback) {}

  async play(step: AnswerStep): Promise<void> {
    const { answer, events, conversation, paceMs } = this.playback;
    switch (step.kind) {
      case 'say':
        return answer.say(this.paced(splitIntoTokens(step.text.replaceAll('{output}', conversation.lastOutput)), paceMs));
      case 'think':
        return answer.think(this.paced(splitIntoTokens(step.text), paceMs));
      case 'stream':
        return answer.say(this.paced(numberedTokens(step.tokens), step.everyMs));
      case 'stall':
        return events.wait(step.ms);
      case 'call':
        return answer.call(step.call);
      case 'usage':
        this.usage = step;
        return;
      case 'drop':
        return this.drop(step.afterTokens, this.playback.strikes(step));
      case 'fail':
        return;
    }
  }

  async finish(): Promise<void> {
    const { answer, conversation } = this.playback;
    await answer.finish(this.usage ?? { inputTokens: conversation.inputTokens, outputTokens: this.outputTokens });
  }

  private drop(afterTokens: number, strikes: boolean): void {
    if (!strikes) return;
    if (afterTokens === 0) this.cut();
    else this.tokensUntilCut = afterTokens;
  }

  private cut(): void {
    this.isOver = true;
    this.playback.events.cut();
  }

  private async *paced(tokens: Iterable<string>, everyMs: number): AsyncIterable<string> {
    for (const token of tokens) {
      yield token;
      this.outputTokens += 1;
      if (this.outputTokens >= this.tokensUntilCut) {
        this.cut();
        return;
      }
      await this.playback.events.wait(everyMs);
    }
  }
}
