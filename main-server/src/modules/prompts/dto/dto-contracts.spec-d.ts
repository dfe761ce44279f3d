import type {
  InterruptRequest,
  ListTurnEventsRequest,
  PromptWaitRequest,
  QueuePromptRequest,
  UpdatePromptRequest,
} from '@codex-webapp/contracts';
import { expectTypeOf } from 'expect-type';
import type { InterruptDto } from './interrupt.dto.ts';
import type { ListTurnEventsDto } from './list-turn-events.dto.ts';
import type { PromptWaitDto } from './prompt-wait.dto.ts';
import type { QueuePromptDto } from './queue-prompt.dto.ts';
import type { UpdatePromptDto } from './update-prompt.dto.ts';

expectTypeOf<QueuePromptDto>().toEqualTypeOf<QueuePromptRequest>();
expectTypeOf<UpdatePromptDto>().toEqualTypeOf<UpdatePromptRequest>();
expectTypeOf<InterruptDto>().toEqualTypeOf<InterruptRequest>();
expectTypeOf<ListTurnEventsDto>().toEqualTypeOf<ListTurnEventsRequest>();
expectTypeOf<PromptWaitDto>().toEqualTypeOf<PromptWaitRequest>();
