import { Logger, type LoggerService } from '@nestjs/common';

/** Stands in for the log until it is disposed, and keeps what is written there. */
export class RecordedLog implements LoggerService, Disposable {
  readonly entries: unknown[] = [];

  constructor() {
    Logger.overrideLogger(this);
  }

  log(entry: unknown): void {
    this.entries.push(entry);
  }

  debug(entry: unknown): void {
    this.entries.push(entry);
  }

  warn(entry: unknown): void {
    this.entries.push(entry);
  }

  error(entry: unknown): void {
    this.entries.push(entry);
  }

  [Symbol.dispose](): void {
    Logger.overrideLogger(false);
  }
}
