import type { WriteWorkspaceFileRequest } from '@codex-webapp/contracts';
import { expectTypeOf } from 'expect-type';
import type { SearchWorkspaceRequest } from '../workspace-search.service.ts';
import type { SearchWorkspaceDto } from './search-workspace.dto.ts';
import type { WriteWorkspaceFileDto } from './write-workspace-file.dto.ts';

expectTypeOf<WriteWorkspaceFileDto>().toEqualTypeOf<WriteWorkspaceFileRequest>();
expectTypeOf<SearchWorkspaceDto>().toEqualTypeOf<SearchWorkspaceRequest>();
