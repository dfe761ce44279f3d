import {
  messageLimits,
  messageRoles,
  type MessageItem,
  type MessageRole,
  type StoreMessageRequest,
  type TurnOutcome,
  type TurnUsage,
} from '@codex-webapp/contracts';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Length,
  MaxLength,
} from 'class-validator';

const outcomes: readonly TurnOutcome[] = ['completed', 'interrupted', 'failed'];

export class StoreMessageDto implements StoreMessageRequest {
  @IsIn(messageRoles)
  readonly role: MessageRole;

  @IsString()
  @MaxLength(messageLimits.textMaxLength)
  readonly text: string;

  /** Each is read by the contract's own schema where it is stored. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(messageLimits.itemsMax)
  readonly items?: readonly MessageItem[];

  @IsOptional()
  @IsString()
  @Length(1, 128)
  readonly turnId?: string;

  @IsOptional()
  @IsIn(outcomes)
  readonly outcome?: TurnOutcome;

  @IsOptional()
  @IsString()
  @MaxLength(4_000)
  readonly reason?: string;

  @IsOptional()
  @IsObject()
  readonly usage?: TurnUsage;
}
