import { terminalLimits } from '@codex-webapp/contracts/terminals';

/** Draws the output of one attachment, and says how much of it was drawn. */
export class OutputReader {
  private receivedBytes = 0;
  private drawnBytes = 0;
  private toldBytes = 0;

  constructor(
    private readonly draw: (bytes: Uint8Array, onDrawn: () => void) => void,
    private readonly tell: (bytes: number) => void,
  ) {}

  read(bytes: Uint8Array): void {
    this.receivedBytes += bytes.length;
    this.draw(bytes, () => {
      this.drawnBytes += bytes.length;
      const isUpToDate = this.drawnBytes === this.receivedBytes;
      if (!isUpToDate && this.drawnBytes - this.toldBytes < terminalLimits.ackEveryBytes) return;
      this.toldBytes = this.drawnBytes;
      this.tell(this.drawnBytes);
    });
  }
}
