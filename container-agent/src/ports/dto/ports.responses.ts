import { ApiProperty } from '@nestjs/swagger';
import type { ListeningPort, PortListResponse } from '@codex-webapp/contracts';

export class ListeningPortBody implements ListeningPort {
  @ApiProperty()
  readonly port: number;

  @ApiProperty({ type: String, nullable: true })
  readonly processName: string | null;

  @ApiProperty()
  readonly canPreview: boolean;
}

export class PortListBody implements PortListResponse {
  @ApiProperty({ type: [ListeningPortBody] })
  readonly ports: readonly ListeningPortBody[];
}
