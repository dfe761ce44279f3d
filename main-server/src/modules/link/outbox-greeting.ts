import { Injectable } from '@nestjs/common';
import type { AgentFrameOf } from '@codex-webapp/contracts';
import { EventIntake } from './event-intake.ts';
import { gap, type Intake, type OutboxMark } from './outbox-intake.ts';
import { OutboxMarks } from './outbox-marks.ts';

type OutboxState = AgentFrameOf<'hello'>['outbox'];

/** Finds out at the beginning of a link what of the container's outbox is stored, and shows what never will be. */
@Injectable()
export class OutboxGreeting {
  constructor(
    private readonly marks: OutboxMarks,
    private readonly intake: EventIntake,
  ) {}

  /** How far this outbox is stored; null when nothing of it is. What is missing is stored as a gap first. */
  async greet(sessionId: string, outbox: OutboxState): Promise<OutboxMark | null> {
    const known = await this.marks.find(sessionId, outbox.epoch);
    const missing = known ? findForgotten(known, outbox) : await this.findBefore(sessionId, outbox);
    if (!missing) return known;
    await this.intake.stream(sessionId, [missing]);
    return missing.origin;
  }

  /** A first outbox has nothing before it; one that follows another means that the other is gone. */
  private async findBefore(sessionId: string, outbox: OutboxState): Promise<Intake | null> {
    const last = await this.marks.findNewest(sessionId);
    if (!last || last.seq === 0) return findForgotten({ epoch: outbox.epoch, seq: 0 }, outbox);
    const reason = 'The container has lost its outbox; what it had not sent by then is not known.';
    const lost = gap(last.epoch, last.seq + 1, last.seq + 1, reason);
    return { ...lost, origin: { epoch: outbox.epoch, seq: forgottenSeq(outbox) } };
  }
}

/** What the container forgot, since it was told that it is stored, and what is not: as after a restored backup. */
function findForgotten(known: OutboxMark, outbox: OutboxState): Intake | null {
  const seq = forgottenSeq(outbox);
  if (seq <= known.seq) return null;
  return gap(
    known.epoch,
    known.seq + 1,
    seq,
    'The server no longer has these events, and neither has the container.',
  );
}

function forgottenSeq({ ackedSeq = 0, lastSeq }: OutboxState): number {
  return Math.min(ackedSeq, lastSeq);
}
