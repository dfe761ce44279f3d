import { Injectable } from '@nestjs/common';
import { EventEmitter2, OnEvent } from '@nestjs/event-emitter';
import { Clock } from '@codex-webapp/nest-kit';
import { areControlFrames } from './control-frames.ts';
import { sessionEvents, type SessionRemoved, type SessionUsed } from '../session-state/session.events.ts';

/** Each session says at most this often that it is used. */
const tellEveryMs = 30_000;
/** What pages of development servers say by themselves, pings and messages that stand for them, is smaller than this. */
const previewIdleBytes = 32;

/** Tells that somebody uses the container of a session, so that it is not put to sleep under them. */
@Injectable()
export class SessionUse {
  private readonly toldAt = new Map<string, number>();

  constructor(
    private readonly events: EventEmitter2,
    private readonly clock: Clock,
  ) {}

  /** Something a person does: typing, looking at a page, writing a file. What pages ask by themselves is none. */
  note(sessionId: string): void {
    const now = this.clock.now();
    const toldAt = this.toldAt.get(sessionId);
    if (toldAt !== undefined && now - toldAt < tellEveryMs) return;
    this.toldAt.set(sessionId, now);
    this.events.emit(sessionEvents.used, { sessionId } satisfies SessionUsed);
  }

  /** Bytes of an open terminal, either way: one key or one dot is a use, and a terminal that is merely open is none. */
  noteTerminal(sessionId: string, chunk: Buffer): void {
    if (!areControlFrames(chunk)) this.note(sessionId);
  }

  /** Bytes of a preview's open socket, either way. */
  notePreview(sessionId: string, chunk: Buffer): void {
    if (chunk.length > previewIdleBytes) this.note(sessionId);
  }

  @OnEvent(sessionEvents.removed)
  onSessionRemoved({ sessionId }: SessionRemoved): void {
    this.toldAt.delete(sessionId);
  }
}
