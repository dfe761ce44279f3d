import { Module } from '@nestjs/common';
import { agentEnvironmentConfig } from './agents.config.ts';
import { claudeConfig, type ClaudeConfig } from './claude/claude.config.ts';
import { ClaudeDriver } from './claude/claude.driver.ts';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { acpConfig, type AcpConfig } from './acp/acp.config.ts';
import { AcpDriver } from './acp/acp.driver.ts';
import { codexConfig, type CodexConfig } from './codex/codex.config.ts';
import { CodexDriver } from './codex/codex.driver.ts';
import { droidConfig, type DroidConfig } from './droid/droid.config.ts';
import { DroidDriver } from './droid/droid.driver.ts';
import { AgentSettingsModule } from '../agent-settings/agent-settings.module.ts';
import { AgentSettingsService } from '../agent-settings/agent-settings.service.ts';
import { AgentLoginsService } from '../logins/agent-logins.service.ts';
import { LoginsModule } from '../logins/logins.module.ts';
import { AgentRegistry, agentDrivers } from './agent-registry.ts';
import { ShellDriver } from './shell/shell.driver.ts';

@Module({
  imports: [LoginsModule, AgentSettingsModule],
  providers: [
    AgentRegistry,
    {
      provide: agentDrivers,
      inject: [
        sessionConfig.KEY,
        agentEnvironmentConfig.KEY,
        AgentLoginsService,
        AgentSettingsService,
        codexConfig.KEY,
        claudeConfig.KEY,
        droidConfig.KEY,
        acpConfig.KEY,
      ],
      useFactory: (
        session: SessionConfig,
        environment: NodeJS.ProcessEnv,
        logins: AgentLoginsService,
        settings: AgentSettingsService,
        codex: CodexConfig,
        claude: ClaudeConfig,
        droid: DroidConfig,
        acp: AcpConfig,
      ) => [
        new ShellDriver({ ...session, environment, settings }),
        new CodexDriver({ ...session, environment, logins, settings, config: codex }),
        new ClaudeDriver({ ...session, environment, logins, settings, config: claude }),
        new DroidDriver({ ...session, environment, logins, settings, config: droid }),
        ...acp.agents.map(
          (entry) => new AcpDriver({ ...session, environment, logins, settings, config: acp, entry }),
        ),
      ],
    },
  ],
  exports: [AgentRegistry],
})
export class AgentsModule {}
