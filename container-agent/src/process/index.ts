export * from './environment.ts';
export * from './kill-leftovers.ts';
export * from './kill-tree.ts';
export type { Newcomers } from './newcomers.ts';
export * from './process-table.ts';
export * from './pty.ts';
export * from './running-process.ts';
