import { randomUUID } from 'node:crypto';

import type { ToolCall } from '../answer.ts';
import type { EventStream } from '../event-stream.ts';
import type { Json } from '../json.ts';
import type { Answer, Usage } from '../model-api.ts';

/** Writes one answer as the responses of a `streamGenerateContent`. */
export class GeminiAnswer implements Answer {
  private readonly responseId = randomUUID();
  private hasContent = false;

  constructor(private readonly events: EventStream) {}

  async say(tokens: AsyncIterable<string>): Promise<void> {
    for await (const text of tokens) await this.sendPart({ text });
  }

  /** Thoughts come whole, under a heading. */
  async think(tokens: AsyncIterable<string>): Promise<void> {
    let thought = '';
    for await (const token of tokens) thought += token;
    await this.sendPart({ text: `**Thinking**\n\n${thought}`, thought: true });
  }

  async call({ name, input }: ToolCall): Promise<void> {
    const id = `fc_${randomUUID().replaceAll('-', '').slice(0, 24)}`;
    await this.sendPart({ functionCall: { id, name, args: input } });
  }

  async finish({ inputTokens, outputTokens }: Usage): Promise<void> {
    // The agent takes an answer without any text for a broken one and asks again.
    if (!this.hasContent) await this.sendPart({ text: ' ' });
    await this.send({
      candidates: [{ index: 0, content: { role: 'model', parts: [] }, finishReason: 'STOP' }],
      usageMetadata: {
        promptTokenCount: inputTokens,
        candidatesTokenCount: outputTokens,
        totalTokenCount: inputTokens + outputTokens,
      },
    });
    this.events.end();
  }

  private async sendPart(part: Json): Promise<void> {
    this.hasContent = true;
    await this.send({ candidates: [{ index: 0, content: { role: 'model', parts: [part] } }] });
  }

  private async send(response: Json): Promise<void> {
    const { responseId } = this;
    await this.events.sendData(JSON.stringify({ ...response, modelVersion: 'scripted', responseId }));
  }
}
