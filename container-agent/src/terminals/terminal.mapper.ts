import type { TerminalResponse } from '@codex-webapp/contracts';
import type { Terminal } from './terminal.ts';

export function toTerminalResponse({ id, number, size, createdAt }: Terminal): TerminalResponse {
  return { id, number, cols: size.cols, rows: size.rows, createdAt: createdAt.toISOString() };
}
