import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { agentEnvironmentConfig } from '../agents/agents.config.ts';
import { GitController } from './git.controller.ts';
import { GitRunner } from './git-runner.ts';
import { GitService } from './git.service.ts';

@Module({
  imports: [ConfigModule.forFeature(agentEnvironmentConfig)],
  controllers: [GitController],
  providers: [GitRunner, GitService],
})
export class GitModule {}
