import { randomUUID } from 'node:crypto';

import type { ToolCall } from '../answer.ts';
import type { EventStream } from '../event-stream.ts';
import type { Json } from '../json.ts';
import type { Answer, Usage } from '../model-api.ts';

/** Writes one answer as chunks of a chat completion. */
export class ChatAnswer implements Answer {
  private readonly id = `chatcmpl-${randomUUID()}`;
  private readonly created = Math.floor(Date.now() / 1000);
  private calls = 0;

  constructor(
    private readonly model: string,
    private readonly events: EventStream,
  ) {}

  async say(tokens: AsyncIterable<string>): Promise<void> {
    for await (const content of tokens) await this.sendDelta({ content });
  }

  /** The field that servers of open models have agreed on; OpenAI's own shows no thoughts here. */
  async think(tokens: AsyncIterable<string>): Promise<void> {
    for await (const token of tokens) await this.sendDelta({ reasoning_content: token });
  }

  async call({ name, input }: ToolCall): Promise<void> {
    const id = `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`;
    const call = { index: this.calls, id, type: 'function', function: { name, arguments: '' } };
    await this.sendDelta({ tool_calls: [call] });
    const whole = { index: this.calls, function: { arguments: JSON.stringify(input) } };
    await this.sendDelta({ tool_calls: [whole] });
    this.calls += 1;
  }

  async finish({ inputTokens, outputTokens }: Usage): Promise<void> {
    await this.sendChunk({
      choices: [{ index: 0, delta: {}, finish_reason: this.calls > 0 ? 'tool_calls' : 'stop' }],
    });
    const usage = {
      prompt_tokens: inputTokens,
      completion_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
    };
    await this.sendChunk({ choices: [], usage });
    await this.events.sendData('[DONE]');
    this.events.end();
  }

  private async sendDelta(delta: Json): Promise<void> {
    await this.sendChunk({
      choices: [{ index: 0, delta: { role: 'assistant', ...delta }, finish_reason: null }],
    });
  }

  private async sendChunk(chunk: Json): Promise<void> {
    const { id, created, model } = this;
    await this.events.sendData(
      JSON.stringify({ id, object: 'chat.completion.chunk', created, model, ...chunk }),
    );
  }
}
