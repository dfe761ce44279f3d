import type { WriteWorkspaceFileRequest } from '@codex-webapp/contracts';
import { expectTypeOf } from 'expect-type';
import type { WriteWorkspaceFileDto } from './write-workspace-file.dto.ts';

expectTypeOf<WriteWorkspaceFileDto>().toEqualTypeOf<WriteWorkspaceFileRequest>();
