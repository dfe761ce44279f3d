import type {
  CreateApiTokenRequest,
  CreateSessionRequest,
  CreateTicketRequest,
  CreateUserRequest,
  ListMessagesRequest,
  ListSessionsRequest,
  LoginRequest,
  ReadContainerLogsRequest,
  RepositoryRequest,
  SetupRequest,
  UpgradeContainerRequest,
  WorkspaceArchiveRequest,
  UpdateSessionRequest,
} from '@codex-webapp/contracts';
import { expectTypeOf } from 'expect-type';
import { CreateApiTokenDto } from '../../modules/auth/dto/create-api-token.dto.ts';
import { LoginDto } from '../../modules/auth/dto/login.dto.ts';
import { SetupDto } from '../../modules/auth/dto/setup.dto.ts';
import { UpgradeContainerDto } from '../../modules/containers/dto/upgrade-container.dto.ts';
import { CreateSessionDto } from '../../modules/sessions/dto/create-session.dto.ts';
import { CreateTicketDto } from '../../modules/sessions/dto/create-ticket.dto.ts';
import { ListSessionsDto } from '../../modules/sessions/dto/list-sessions.dto.ts';
import { RepositoryDto } from '../../modules/sessions/dto/repository.dto.ts';
import { UpdateSessionDto } from '../../modules/sessions/dto/update-session.dto.ts';
import { CreateUserDto } from '../../modules/users/dto/create-user.dto.ts';
import { WorkspaceArchiveDto } from '../../modules/workspace-archives/dto/workspace-archive.dto.ts';
import { ListMessagesDto } from './list-messages.dto.ts';
import { ReadContainerLogsDto } from './read-container-logs.dto.ts';

// `implements` does not notice an optional field that was forgotten; these lines do.
expectTypeOf<CreateApiTokenDto>().toEqualTypeOf<CreateApiTokenRequest>();
expectTypeOf<CreateSessionDto>().toEqualTypeOf<CreateSessionRequest>();
expectTypeOf<CreateTicketDto>().toEqualTypeOf<CreateTicketRequest>();
expectTypeOf<CreateUserDto>().toEqualTypeOf<CreateUserRequest>();
expectTypeOf<ListMessagesDto>().toEqualTypeOf<ListMessagesRequest>();
expectTypeOf<ListSessionsDto>().toEqualTypeOf<ListSessionsRequest>();
expectTypeOf<LoginDto>().toEqualTypeOf<LoginRequest>();
expectTypeOf<ReadContainerLogsDto>().toEqualTypeOf<ReadContainerLogsRequest>();
expectTypeOf<RepositoryDto>().toEqualTypeOf<RepositoryRequest>();
expectTypeOf<SetupDto>().toEqualTypeOf<SetupRequest>();
expectTypeOf<UpgradeContainerDto>().toEqualTypeOf<UpgradeContainerRequest>();
expectTypeOf<WorkspaceArchiveDto>().toEqualTypeOf<WorkspaceArchiveRequest>();
expectTypeOf<UpdateSessionDto>().toEqualTypeOf<UpdateSessionRequest>();
