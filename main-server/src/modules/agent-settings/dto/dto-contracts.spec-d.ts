import type {
  McpServerRequest,
  NamedValueRequest,
  SaveEnvironmentRequest,
  SaveMcpServersRequest,
} from '@codex-webapp/contracts';
import { expectTypeOf } from 'expect-type';
import type { NamedValueDto } from './named-value.dto.ts';
import type { SaveEnvironmentDto } from './save-environment.dto.ts';
import type { McpServerDto, SaveMcpServersDto } from './save-mcp-servers.dto.ts';

expectTypeOf<NamedValueDto>().toEqualTypeOf<NamedValueRequest>();
expectTypeOf<SaveEnvironmentDto>().toEqualTypeOf<SaveEnvironmentRequest>();
expectTypeOf<McpServerDto>().toEqualTypeOf<McpServerRequest>();
expectTypeOf<SaveMcpServersDto>().toEqualTypeOf<SaveMcpServersRequest>();
