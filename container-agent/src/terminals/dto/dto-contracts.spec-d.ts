import type { CreateTerminalRequest } from '@codex-webapp/contracts';
import { expectTypeOf } from 'expect-type';
import type { CreateTerminalDto } from './create-terminal.dto.ts';

expectTypeOf<CreateTerminalDto>().toEqualTypeOf<CreateTerminalRequest>();
