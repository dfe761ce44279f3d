import { unlinkSync } from 'node:fs';
import path from 'node:path';
import { outboxEventSchema } from '@codex-webapp/contracts';
import { readRecords, RecordFile } from '../storage/record-file.ts';

/** An event with its number, and the text that goes into the file and onto the wire. */
export interface NumberedEvent {
  readonly seq: number;
  readonly json: string;
}

const namePattern = /^([0-9a-f]{32})-(\d{12})\.jsonl$/;

/** A stretch of the outbox in one file, named after its epoch and first number. */
export class OutboxSegment {
  private constructor(
    readonly epoch: string,
    readonly firstSeq: number,
    private lastNumber: number,
    private readonly file: RecordFile,
    /** Null once only the file has them. */
    private events: NumberedEvent[] | null,
  ) {}

  static open(folder: string, epoch: string, firstSeq: number): OutboxSegment {
    const { file, lines } = RecordFile.open(path.join(folder, segmentName(epoch, firstSeq)));
    const events = parseEvents(lines);
    return new OutboxSegment(epoch, firstSeq, events.at(-1)?.seq ?? firstSeq - 1, file, events);
  }

  /** `firstSeq - 1` while it is empty. */
  get lastSeq(): number {
    return this.lastNumber;
  }

  get bytes(): number {
    return this.file.bytes;
  }

  append(event: NumberedEvent): void {
    this.file.append(event.json);
    this.events?.push(event);
    this.lastNumber = event.seq;
  }

  /** Its events with at least that number, read again from the file where memory no longer holds them. */
  read(fromSeq: number): readonly NumberedEvent[] {
    this.events ??= [...parseEvents(readRecords(this.file.path))];
    const index = this.events.findIndex((event) => event.seq >= fromSeq);
    return index < 0 ? [] : this.events.slice(index);
  }

  /** Frees memory; the file keeps the events. */
  forget(): void {
    this.events = null;
  }

  sync(): Promise<void> {
    return this.file.sync();
  }

  close(): void {
    this.file.close();
  }

  remove(): void {
    this.file.close();
    unlinkSync(this.file.path);
  }
}

function segmentName(epoch: string, firstSeq: number): string {
  return `${epoch}-${String(firstSeq).padStart(12, '0')}.jsonl`;
}

/** Null for a file that is no segment. */
export function parseSegmentName(name: string): { readonly epoch: string; readonly firstSeq: number } | null {
  const [, epoch, firstSeq] = namePattern.exec(name) ?? [];
  return epoch && firstSeq ? { epoch, firstSeq: Number(firstSeq) } : null;
}

/** Numbers grow; a line that says otherwise is damage and left out, which shows as a gap. */
function parseEvents(lines: readonly string[]): NumberedEvent[] {
  const events: NumberedEvent[] = [];
  for (const json of lines) {
    const parsed = outboxEventSchema.safeParse(JSON.parse(json));
    if (parsed.success && parsed.data.seq > (events.at(-1)?.seq ?? 0))
      events.push({ seq: parsed.data.seq, json });
  }
  return events;
}
