import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsNumberString, IsOptional } from 'class-validator';

export class ListMessagesDto {
  @ApiPropertyOptional({ description: '`nextBefore` of the page before.' })
  @IsOptional()
  @IsNumberString({ no_symbols: true })
  readonly before?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsNumberString({ no_symbols: true })
  readonly limit?: string;
}
