import type { AgentEvent } from '../agent-driver.ts';

type TextKind = 'message' | 'thought';

interface TextStream {
  readonly kind: TextKind;
  /** What our events call it. */
  readonly id: string;
  /** What our events have said so far. */
  shown: string;
  /** While a retry repeats what was shown: how much of it has come again. Null once it says something new. */
  repeated: number | null;
}

/**
 * Turns the text droid streams into deltas, block by block. When droid asks the model again, the answer comes once more
 * from its beginning, under the same ids: what was shown already is swallowed. An answer that differs becomes a message
 * of its own, as nothing that was shown can be taken back.
 */
export class DroidTextStreams {
  private readonly streams = new Map<string, TextStream>();
  private attempt = 1;

  append(kind: TextKind, messageId: string, blockIndex: number, delta: string): readonly AgentEvent[] {
    const key = toKey(messageId, blockIndex);
    const stream = this.streams.get(key);
    if (!stream) return this.open(key, kind, delta);
    if (stream.kind !== kind) return this.open(key, kind, delta);
    if (stream.repeated === null) return this.show(stream, delta);
    if (stream.shown.startsWith(delta, stream.repeated)) {
      stream.repeated += delta.length;
      return [];
    }
    const text = stream.shown.slice(0, stream.repeated) + delta;
    if (!text.startsWith(stream.shown)) return this.open(key, kind, text);
    const news = text.slice(stream.shown.length);
    stream.repeated = null;
    return this.show(stream, news);
  }

  /** Adds what the deltas left out, if they left out anything. */
  complete(kind: TextKind, messageId: string, blockIndex: number, text: string): readonly AgentEvent[] {
    const key = toKey(messageId, blockIndex);
    const stream = this.streams.get(key);
    const soFar = stream ? stream.shown.slice(0, stream.repeated ?? undefined) : '';
    const events = text.startsWith(soFar)
      ? this.append(kind, messageId, blockIndex, text.slice(soFar.length))
      : [];
    this.streams.delete(key);
    return events;
  }

  /** The model's answer broke off; droid asks again. */
  expectRepetition(): void {
    this.attempt += 1;
    for (const stream of this.streams.values()) stream.repeated = 0;
  }

  private open(key: string, kind: TextKind, text: string): readonly AgentEvent[] {
    const id = this.streams.has(key) ? `${key}:${this.attempt}` : key;
    const stream: TextStream = { kind, id, shown: '', repeated: null };
    this.streams.set(key, stream);
    return this.show(stream, text);
  }

  private show(stream: TextStream, text: string): readonly AgentEvent[] {
    if (text === '') return [];
    stream.shown += text;
    return [{ type: `${stream.kind}.delta`, messageId: stream.id, text }];
  }
}

function toKey(messageId: string, blockIndex: number): string {
  return `${messageId}:${blockIndex}`;
}
