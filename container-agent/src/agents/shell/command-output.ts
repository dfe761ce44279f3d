import { toolOutputMaxLength } from '@codex-webapp/contracts';

/** Characters of one command that are streamed as they come; the rest of the turn only shows its newest part. */
export const liveMaxLength = 256 * 1024;
const sampleLength = 2_048;
const sampleEveryMs = 1_000;

/** Decides what of a command's output is worth an event, and keeps its newest part for the end. */
export class CommandOutput {
  private length = 0;
  private newest = '';
  private lastSampleAt = 0;

  constructor(private readonly now: () => number) {}

  /** The whole output is longer than what was streamed. */
  get isTruncated(): boolean {
    return this.length > liveMaxLength;
  }

  /** What the deltas do not say: the newest part of a long output, undefined for a short one. */
  get replacement(): string | undefined {
    return this.isTruncated ? this.newest : undefined;
  }

  /** What to stream of the next piece; empty when nothing. */
  take(text: string): string {
    this.length += text.length;
    const joined = this.newest + text;
    this.newest = joined.length > toolOutputMaxLength ? joined.slice(-toolOutputMaxLength) : joined;
    if (this.length <= liveMaxLength) return text;
    if (this.now() - this.lastSampleAt < sampleEveryMs) return '';
    this.lastSampleAt = this.now();
    return text.slice(-sampleLength);
  }
}
