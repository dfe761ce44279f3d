import type { InterruptRequest, QueuePromptRequest } from '@codex-webapp/contracts';
import { expectTypeOf } from 'expect-type';
import type { InterruptDto } from './interrupt.dto.ts';
import type { QueuePromptDto } from './queue-prompt.dto.ts';

expectTypeOf<QueuePromptDto>().toEqualTypeOf<QueuePromptRequest>();
expectTypeOf<InterruptDto>().toEqualTypeOf<InterruptRequest>();
