import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.ts';
import { containersConfig } from '../containers/containers.config.ts';
import { LinkModule } from '../link/link.module.ts';
import { PromptsModule } from '../prompts/prompts.module.ts';
import { SessionStateModule } from '../session-state/session-state.module.ts';
import { CodexTokenEndpoint } from './codex-token-endpoint.ts';
import { ContainerCredentialsController } from './container-credentials.controller.ts';
import { ContainerCredentialsService } from './container-credentials.service.ts';
import { CredentialEntity } from './credential.entity.ts';
import { CredentialStore } from './credential-store.ts';
import { CredentialTestsService } from './credential-tests.service.ts';
import { CredentialVault } from './credential-vault.ts';
import { credentialsConfig } from './credentials.config.ts';
import { CredentialsController } from './credentials.controller.ts';
import { CredentialsService } from './credentials.service.ts';
import { LoginLeases } from './login-leases.ts';
import { SealingKeyController } from './sealing-key.controller.ts';
import { SealingKeyRotationService } from './sealing-key-rotation.service.ts';
import { ServerLogins } from './server-logins.ts';
import { UserRates } from './user-rates.ts';

/** What users log their agents in with: kept sealed, given to their sessions, renewed here. */
@Module({
  imports: [
    TypeOrmModule.forFeature([CredentialEntity]),
    ConfigModule.forFeature(credentialsConfig),
    ConfigModule.forFeature(containersConfig),
    AuditModule,
    LinkModule,
    PromptsModule,
    SessionStateModule,
  ],
  controllers: [CredentialsController, ContainerCredentialsController, SealingKeyController],
  providers: [
    CodexTokenEndpoint,
    ContainerCredentialsService,
    CredentialStore,
    CredentialTestsService,
    CredentialVault,
    CredentialsService,
    LoginLeases,
    SealingKeyRotationService,
    ServerLogins,
    UserRates,
  ],
  exports: [CredentialTestsService, CredentialsService],
})
export class CredentialsModule {}
