import { Module } from '@nestjs/common';
import { agentEnvironmentConfig } from './agents.config.ts';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { AgentRegistry, agentDrivers } from './agent-registry.ts';
import { ShellDriver } from './shell/shell.driver.ts';

@Module({
  providers: [
    AgentRegistry,
    {
      provide: agentDrivers,
      inject: [sessionConfig.KEY, agentEnvironmentConfig.KEY],
      useFactory: (config: SessionConfig, environment: NodeJS.ProcessEnv) => [
        new ShellDriver({ homePath: config.homePath, environment }),
      ],
    },
  ],
  exports: [AgentRegistry],
})
export class AgentsModule {}
