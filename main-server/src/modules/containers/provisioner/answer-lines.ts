import type { ServerResponse } from 'node:http';
import type { AnswerLine } from '../providers/provisioned/provisioner.messages.ts';

/** What is said to whoever asked, a line of JSON each. */
export class AnswerLines {
  private read: Promise<void> | null = null;

  constructor(private readonly response: ServerResponse) {}

  /** Whether what was said is not read yet: more of it would pile up here. */
  get isBehind(): boolean {
    return this.response.writableNeedDrain;
  }

  /** Resolves when there is room for more, or nobody reads any more. */
  async say(line: AnswerLine): Promise<void> {
    if (this.response.write(`${JSON.stringify(line)}\n`) || this.response.destroyed) return;
    await this.untilRead();
  }

  /** What comes too often to be read is left out: the next one says more. */
  sayIfRead(line: AnswerLine): void {
    if (!this.isBehind) void this.say(line);
  }

  untilRead(): Promise<void> {
    this.read ??= new Promise<void>((resolve) => {
      const finish = (): void => {
        this.response.off('drain', finish).off('close', finish);
        this.read = null;
        resolve();
      };
      this.response.on('drain', finish).on('close', finish);
    });
    return this.read;
  }
}
