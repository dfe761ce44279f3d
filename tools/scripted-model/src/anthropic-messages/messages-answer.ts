import { randomUUID } from 'node:crypto';

import type { ToolCall } from '../answer.ts';
import type { EventStream } from '../event-stream.ts';
import type { Answer, Usage } from '../model-api.ts';

type Json = Readonly<Record<string, unknown>>;

/** Writes one answer as the events of the Messages API. */
export class MessagesAnswer implements Answer {
  private blocks = 0;
  private hasBegun = false;
  private callsTool = false;

  constructor(
    private readonly model: string,
    private readonly inputTokens: number,
    private readonly events: EventStream,
  ) {}

  say(tokens: AsyncIterable<string>): Promise<void> {
    return this.sendBlock({ type: 'text', text: '' }, async (index) => {
      for await (const text of tokens) await this.sendDelta(index, { type: 'text_delta', text });
    });
  }

  think(tokens: AsyncIterable<string>): Promise<void> {
    return this.sendBlock({ type: 'thinking', thinking: '', signature: '' }, async (index) => {
      for await (const thinking of tokens) await this.sendDelta(index, { type: 'thinking_delta', thinking });
      await this.sendDelta(index, { type: 'signature_delta', signature: 'c2NyaXB0ZWQ=' });
    });
  }

  call({ name, input }: ToolCall): Promise<void> {
    this.callsTool = true;
    const block = { type: 'tool_use', id: newId('toolu'), name, input: {} };
    return this.sendBlock(block, (index) =>
      this.sendDelta(index, { type: 'input_json_delta', partial_json: JSON.stringify(input) }),
    );
  }

  async finish({ inputTokens, outputTokens }: Usage): Promise<void> {
    await this.begin();
    const stopReason = this.callsTool ? 'tool_use' : 'end_turn';
    await this.send('message_delta', {
      delta: { stop_reason: stopReason, stop_sequence: null },
      usage: { input_tokens: inputTokens, output_tokens: outputTokens },
    });
    await this.send('message_stop', {});
    this.events.end();
  }

  /** As late as the first block, so that a `stall` at the top of a script is silent. */
  private async begin(): Promise<void> {
    if (this.hasBegun) return;
    this.hasBegun = true;
    const usage = {
      input_tokens: this.inputTokens,
      output_tokens: 1,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
    };
    const message = {
      id: newId('msg'),
      type: 'message',
      role: 'assistant',
      model: this.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage,
    };
    await this.send('message_start', { message });
  }

  private async sendBlock(block: Json, sendContent: (index: number) => Promise<void>): Promise<void> {
    await this.begin();
    const index = this.blocks;
    this.blocks += 1;
    await this.send('content_block_start', { index, content_block: block });
    await sendContent(index);
    await this.send('content_block_stop', { index });
  }

  private sendDelta(index: number, delta: Json): Promise<void> {
    return this.send('content_block_delta', { index, delta });
  }

  private send(type: string, data: Json): Promise<void> {
    return this.events.send(type, { type, ...data });
  }
}

function newId(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll('-', '').slice(0, 24)}`;
}
