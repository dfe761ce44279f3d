import { randomUUID } from 'node:crypto';

import type { ToolCall } from '../answer.ts';
import type { EventStream } from '../event-stream.ts';
import type { Answer, Usage } from '../model-api.ts';

type Json = Readonly<Record<string, unknown>>;

/** Writes one answer as the events of the Responses API. */
export class ResponsesAnswer implements Answer {
  private readonly id = newId('resp');
  private readonly createdAt = Math.floor(Date.now() / 1000);
  private readonly output: Json[] = [];
  private sequenceNumber = 0;
  private hasBegun = false;

  constructor(
    private readonly model: string,
    private readonly events: EventStream,
  ) {}

  async say(tokens: AsyncIterable<string>): Promise<void> {
    const id = newId('msg');
    const position = { item_id: id, output_index: this.output.length, content_index: 0 };
    const message = { type: 'message', id, role: 'assistant' };
    const toPart = (text: string) => ({ type: 'output_text', text, annotations: [], logprobs: [] });

    await this.openItem({ ...message, status: 'in_progress', content: [] });
    await this.send('response.content_part.added', { ...position, part: toPart('') });
    const text = await this.sendTokens('response.output_text.delta', { ...position, logprobs: [] }, tokens);
    await this.send('response.output_text.done', { ...position, text, logprobs: [] });
    await this.send('response.content_part.done', { ...position, part: toPart(text) });
    await this.closeItem({ ...message, status: 'completed', content: [toPart(text)] });
  }

  async think(tokens: AsyncIterable<string>): Promise<void> {
    const id = newId('rs');
    const position = { item_id: id, output_index: this.output.length, summary_index: 0 };
    const toPart = (text: string) => ({ type: 'summary_text', text });

    await this.openItem({ type: 'reasoning', id, summary: [] });
    await this.send('response.reasoning_summary_part.added', { ...position, part: toPart('') });
    const text = await this.sendTokens('response.reasoning_summary_text.delta', position, tokens);
    await this.send('response.reasoning_summary_text.done', { ...position, text });
    await this.send('response.reasoning_summary_part.done', { ...position, part: toPart(text) });
    await this.closeItem({ type: 'reasoning', id, summary: [toPart(text)], encrypted_content: '' });
  }

  async call(call: ToolCall): Promise<void> {
    const isCustom = call.kind === 'custom';
    const id = newId(isCustom ? 'ctc' : 'fc');
    const position = { item_id: id, output_index: this.output.length };
    const item = {
      type: isCustom ? 'custom_tool_call' : 'function_call',
      id,
      call_id: newId('call'),
      name: call.name,
    };
    const field = isCustom ? 'input' : 'arguments';
    const event = isCustom ? 'response.custom_tool_call_input' : 'response.function_call_arguments';
    const input = isCustom ? call.input : JSON.stringify(call.input);

    await this.openItem({ ...item, status: 'in_progress', [field]: '' });
    await this.send(`${event}.delta`, { ...position, delta: input });
    await this.send(`${event}.done`, { ...position, [field]: input });
    await this.closeItem({ ...item, status: 'completed', [field]: input });
  }

  async finish({ inputTokens, outputTokens }: Usage): Promise<void> {
    await this.begin();
    const usage = {
      input_tokens: inputTokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: inputTokens + outputTokens,
    };
    await this.send('response.completed', { response: { ...this.describe('completed'), usage } });
    this.events.end();
  }

  /** As late as the first item, so that a `stall` at the top of a script is silent. */
  private async begin(): Promise<void> {
    if (this.hasBegun) return;
    this.hasBegun = true;
    await this.send('response.created', { response: this.describe('in_progress') });
    await this.send('response.in_progress', { response: this.describe('in_progress') });
  }

  private async openItem(item: Json): Promise<void> {
    await this.begin();
    await this.send('response.output_item.added', { output_index: this.output.length, item });
  }

  private async closeItem(item: Json): Promise<void> {
    await this.send('response.output_item.done', { output_index: this.output.length, item });
    this.output.push(item);
  }

  private async sendTokens(event: string, position: Json, tokens: AsyncIterable<string>): Promise<string> {
    let text = '';
    for await (const delta of tokens) {
      await this.send(event, { ...position, delta });
      text += delta;
    }
    return text;
  }

  private async send(type: string, data: Json): Promise<void> {
    await this.events.send(type, { type, sequence_number: this.sequenceNumber, ...data });
    this.sequenceNumber += 1;
  }

  private describe(status: string): Json {
    return {
      id: this.id,
      object: 'response',
      created_at: this.createdAt,
      status,
      model: this.model,
      output: this.output,
      error: null,
    };
  }
}

function newId(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll('-', '').slice(0, 24)}`;
}
