import { expectTypeOf } from 'expect-type';
import type { ReadGitDiffRequest, ReadGitLogRequest, ReadGitRequest } from '../git.service.ts';
import type { ReadGitDiffDto, ReadGitDto, ReadGitLogDto } from './read-git.dto.ts';

expectTypeOf<ReadGitDto>().toEqualTypeOf<ReadGitRequest>();
expectTypeOf<ReadGitDiffDto>().toEqualTypeOf<ReadGitDiffRequest>();
expectTypeOf<ReadGitLogDto>().toEqualTypeOf<ReadGitLogRequest>();
