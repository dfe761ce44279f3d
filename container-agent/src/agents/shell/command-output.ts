import { blobLimits, newestOf, toolOutputMaxLength } from '@codex-webapp/contracts';

/** Characters of one command that are streamed as they come; the rest of the turn only shows its newest part. */
export const liveMaxLength = 256 * 1024;
const sampleLength = 2_048;
const sampleEveryMs = 1_000;

/** Decides what of a command's output is worth an event, and keeps the whole for the end (its newest part, if need be). */
export class CommandOutput {
  private readonly pieces: string[] = [];
  private length = 0;
  private keptLength = 0;
  private lastSampleAt = 0;

  constructor(
    private readonly now: () => number,
    private readonly maxLength: number = blobLimits.maxBytes,
  ) {}

  /** The output was longer than what is kept of it. */
  get isTruncated(): boolean {
    return this.length > this.maxLength;
  }

  /** The output, where the deltas do not add up to it; undefined for a short one. */
  get replacement(): string | undefined {
    if (this.length <= toolOutputMaxLength) return undefined;
    return newestOf(this.pieces.join(''), this.maxLength);
  }

  /** What to stream of the next piece; empty when nothing. */
  take(text: string): string {
    this.length += text.length;
    this.keep(text);
    if (this.length <= liveMaxLength) return text;
    if (this.now() - this.lastSampleAt < sampleEveryMs) return '';
    this.lastSampleAt = this.now();
    return text.slice(-sampleLength);
  }

  private keep(text: string): void {
    this.pieces.push(text);
    this.keptLength += text.length;
    // Forgotten in bulk: taking one from the front for each that comes would move all of them each time.
    if (this.keptLength < 2 * this.maxLength) return;
    const newest = newestOf(this.pieces.join(''), this.maxLength);
    this.pieces.splice(0, this.pieces.length, newest);
    this.keptLength = newest.length;
  }
}
