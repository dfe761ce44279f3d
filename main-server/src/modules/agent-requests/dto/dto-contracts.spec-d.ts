import type { AnswerAgentRequestRequest } from '@codex-webapp/contracts';
import { expectTypeOf } from 'expect-type';
import type { AnswerAgentRequestDto } from './answer-agent-request.dto.ts';

expectTypeOf<AnswerAgentRequestDto>().toEqualTypeOf<AnswerAgentRequestRequest>();
