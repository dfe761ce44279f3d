import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { foldTurnEvent, emptyTurn, parseTurnEvent, type FoldedTurn } from '@codex-webapp/contracts';
import type { Outbox } from '../main-link/outbox.ts';
import { replaceFile } from '../storage/replace-file.ts';

/** What a running turn added up to when the outbox stood at a number. */
export interface TurnCheckpoint {
  readonly epoch: string;
  readonly seq: number;
  readonly turn: FoldedTurn;
}

const readAtOnce = 256;
const readMaxBytes = 4 * 1024 * 1024;

/** Holds the state of the running turn, so that the outbox need not keep all its events. */
export class TurnCheckpoints {
  private readonly path: string;

  constructor(folder: string) {
    this.path = path.join(folder, 'running-turn.json');
  }

  write(checkpoint: TurnCheckpoint): void {
    replaceFile(this.path, JSON.stringify(checkpoint));
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }

  /** What a turn had said when the process before us died: the checkpoint and the events after it. */
  recover(turnId: string, outbox: Outbox): FoldedTurn {
    const checkpoint = this.read();
    const isItsOwn = checkpoint?.turn.turnId === turnId && checkpoint.epoch === outbox.epoch;
    let turn = isItsOwn ? checkpoint.turn : emptyTurn(turnId);
    for (let seq = isItsOwn ? checkpoint.seq + 1 : 1; ;) {
      const events = outbox.read(seq, readAtOnce, readMaxBytes);
      const last = events.at(-1);
      if (!last) return turn;
      for (const { json } of events) {
        const event = parseTurnEvent((JSON.parse(json) as { event: unknown }).event);
        if (event?.turnId === turnId) turn = foldTurnEvent(turn, event);
      }
      seq = last.seq + 1;
    }
  }

  private read(): TurnCheckpoint | null {
    try {
      // Written by ourselves, whole or not at all.
      return JSON.parse(readFileSync(this.path, 'utf8')) as TurnCheckpoint;
    } catch {
      return null; // There is none: the turn was short.
    }
  }
}
