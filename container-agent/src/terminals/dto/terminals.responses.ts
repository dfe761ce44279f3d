import { ApiProperty } from '@nestjs/swagger';
import type { TerminalListResponse, TerminalResponse } from '@codex-webapp/contracts';

export class TerminalBody implements TerminalResponse {
  @ApiProperty()
  readonly id: string;

  @ApiProperty()
  readonly number: number;

  @ApiProperty()
  readonly cols: number;

  @ApiProperty()
  readonly rows: number;

  @ApiProperty()
  readonly createdAt: string;
}

export class TerminalListBody implements TerminalListResponse {
  @ApiProperty({ type: [TerminalBody] })
  readonly terminals: readonly TerminalBody[];
}
