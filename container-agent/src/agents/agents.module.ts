import { Module } from '@nestjs/common';
import { agentEnvironmentConfig } from './agents.config.ts';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { codexConfig, type CodexConfig } from './codex/codex.config.ts';
import { CodexDriver } from './codex/codex.driver.ts';
import { AgentRegistry, agentDrivers } from './agent-registry.ts';
import { ShellDriver } from './shell/shell.driver.ts';

@Module({
  providers: [
    AgentRegistry,
    {
      provide: agentDrivers,
      inject: [sessionConfig.KEY, agentEnvironmentConfig.KEY, codexConfig.KEY],
      useFactory: (session: SessionConfig, environment: NodeJS.ProcessEnv, config: CodexConfig) => [
        new ShellDriver({ ...session, environment }),
        new CodexDriver({ ...session, environment, config }),
      ],
    },
  ],
  exports: [AgentRegistry],
})
export class AgentsModule {}
