import type { AgentEvent } from '../agent-driver.ts';

type TextKind = 'message' | 'thought';

interface TextStream {
  readonly kind: TextKind;
  /** What our events call it. */
  messageId: string;
  /** What our events have said so far. */
  shown: string;
  /** While a retry repeats what was shown: how much of it has come again. Null once it says something new. */
  repeated: number | null;
  isComplete: boolean;
}

/**
 * Turns the text an agent streams into deltas. After a broken connection it asks the model again and streams the answer
 * from its beginning, under new ids: what was shown already is swallowed, and the rest goes on in the old message. An
 * answer that differs becomes a message of its own.
 */
export class TextStreams {
  private readonly streams = new Map<string, TextStream>();
  /** The texts of the failed attempt that were not repeated yet, in their order. */
  private toRepeat: TextStream[] = [];

  append(kind: TextKind, itemId: string, delta: string): readonly AgentEvent[] {
    const stream = this.streams.get(itemId) ?? this.open(kind, itemId);
    if (stream.repeated === null) return this.show(stream, delta);
    if (stream.shown.startsWith(delta, stream.repeated)) {
      stream.repeated += delta.length;
      return [];
    }
    return this.leaveRepetition(stream, itemId, delta);
  }

  /** Adds what the deltas left out, if they left out anything. */
  complete(kind: TextKind, itemId: string, text: string): readonly AgentEvent[] {
    const soFar = receivedBy(this.streams.get(itemId));
    const events = text.startsWith(soFar) ? this.append(kind, itemId, text.slice(soFar.length)) : [];
    const completed = this.streams.get(itemId);
    if (completed) completed.isComplete = true;
    return events;
  }

  /** The model's answer broke off; the agent asks again. */
  expectRepetition(): void {
    this.toRepeat = [...this.streams.values(), ...this.toRepeat];
    this.streams.clear();
  }

  /** What was said so far stands: the model's answer is whole, or led to an action. It will not come again. */
  settle(): void {
    this.toRepeat = [];
    for (const [itemId, stream] of this.streams) if (stream.isComplete) this.streams.delete(itemId);
  }

  private open(kind: TextKind, itemId: string): TextStream {
    const index = this.toRepeat.findIndex((stream) => stream.kind === kind);
    const [earlier] = index < 0 ? [] : this.toRepeat.splice(index, 1);
    const stream: TextStream = {
      kind,
      messageId: earlier?.messageId ?? itemId,
      shown: earlier?.shown ?? '',
      repeated: earlier ? 0 : null,
      isComplete: false,
    };
    this.streams.set(itemId, stream);
    return stream;
  }

  private leaveRepetition(stream: TextStream, itemId: string, delta: string): readonly AgentEvent[] {
    const text = receivedBy(stream) + delta;
    const shown = stream.shown;
    stream.repeated = null;
    if (text.startsWith(shown)) return this.show(stream, text.slice(shown.length));
    stream.messageId = itemId;
    stream.shown = '';
    return this.show(stream, text);
  }

  private show(stream: TextStream, text: string): readonly AgentEvent[] {
    if (text === '') return [];
    stream.shown += text;
    return [{ type: `${stream.kind}.delta`, messageId: stream.messageId, text }];
  }
}

function receivedBy(stream: TextStream | undefined): string {
  if (!stream) return '';
  return stream.repeated === null ? stream.shown : stream.shown.slice(0, stream.repeated);
}
