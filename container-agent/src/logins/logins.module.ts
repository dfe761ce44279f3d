import { Module } from '@nestjs/common';
import { MainLinkModule } from '../main-link/main-link.module.ts';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { AgentLoginsService } from './agent-logins.service.ts';
import { LoginFiles } from './login-files.ts';

@Module({
  imports: [MainLinkModule],
  providers: [
    AgentLoginsService,
    {
      provide: LoginFiles,
      inject: [sessionConfig.KEY],
      useFactory: (config: SessionConfig) => new LoginFiles(config),
    },
  ],
  exports: [AgentLoginsService],
})
export class LoginsModule {}
