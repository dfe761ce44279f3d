import { emptyTurn, type FoldedTurn } from '@codex-webapp/contracts';
import { Injectable } from '@nestjs/common';
import { BlobSpool } from '../blobs/blob-spool.ts';
import { MainLinkService } from '../main-link/main-link.service.ts';
import { Outbox } from '../main-link/outbox.ts';
import { DiskRoom } from '../storage/disk-room.ts';
import { TurnCheckpoints } from './turn-checkpoints.ts';
import { TurnRecorder } from './turn-recorder.ts';

/** Makes the recorder of each turn. */
@Injectable()
export class TurnRecorders {
  constructor(
    private readonly outbox: Outbox,
    private readonly blobs: BlobSpool,
    private readonly checkpoints: TurnCheckpoints,
    private readonly room: DiskRoom,
    private readonly link: MainLinkService,
  ) {}

  begin(turnId: string): TurnRecorder {
    return this.record(emptyTurn(turnId), () => this.link.isBehind);
  }

  /** Of a turn that died with an earlier process. */
  resume(turn: FoldedTurn): TurnRecorder {
    return this.record(turn, () => false);
  }

  private record(turn: FoldedTurn, isLinkBehind: () => boolean): TurnRecorder {
    const { outbox, blobs, checkpoints, room } = this;
    return new TurnRecorder({ outbox, blobs, checkpoints, room, isLinkBehind }, turn);
  }
}
