import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { ConfigModule, type ConfigType } from '@nestjs/config';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Failpoints } from '@codex-webapp/nest-kit';
import { ServerState } from '../../database/server-state.ts';
import { AuditModule } from '../audit/audit.module.ts';
import { AuthModule } from '../auth/auth.module.ts';
import { HistoryModule } from '../history/history.module.ts';
import { LinkModule } from '../link/link.module.ts';
import { SessionStateModule } from '../session-state/session-state.module.ts';
import { BriefContainerEntity } from './brief-container.entity.ts';
import { BriefContainers } from './brief-containers.ts';
import { ContainerCommandsService } from './container-commands.service.ts';
import { ContainerEntity } from './container.entity.ts';
import { ContainerListenAddresses } from './container-listen-addresses.ts';
import { ContainerArchivesService } from './container-archives.service.ts';
import { ContainerImages } from './container-images.ts';
import { ContainerOrphans } from './container-orphans.ts';
import { ContainerObserver } from './container-observer.ts';
import { ContainerProgress } from './container-progress.ts';
import { ContainerProvidersService } from './container-providers.service.ts';
import { ContainerReadiness } from './container-readiness.ts';
import { ContainerReconciler } from './container-reconciler.ts';
import { ContainerRecipes } from './container-recipes.ts';
import { ContainerRecords } from './container-records.ts';
import { ContainerSpecs } from './container-specs.ts';
import { ContainerStarter } from './container-starter.ts';
import { connectDocker } from './connect-docker.ts';
import { containersConfig } from './containers.config.ts';
import { ContainersController } from './containers.controller.ts';
import { DokployConnections } from './dokploy-settings/dokploy-connections.ts';
import { DokployPlaceEntity } from './dokploy-settings/dokploy-place.entity.ts';
import { StoredDokployPlaces } from './dokploy-settings/dokploy-place.store.ts';
import { DokploySettingsController } from './dokploy-settings/dokploy-settings.controller.ts';
import { DokploySettingsEntity } from './dokploy-settings/dokploy-settings.entity.ts';
import { DokploySettingsService } from './dokploy-settings/dokploy-settings.service.ts';
import { ContainerProviderRegistry } from './providers/container-provider.registry.ts';
import { dockerConfig } from './providers/docker/docker.config.ts';
import { DockerContainerProvider, type DockerProvider } from './providers/docker/docker.provider.ts';
import { dokployConfig } from './providers/dokploy/dokploy.config.ts';
import { DokployContainerProvider } from './providers/dokploy/dokploy.provider.ts';
import { ManualContainerProvider } from './providers/manual/manual.provider.ts';
import { processConfig } from './providers/process/process.config.ts';
import { ProcessContainerProvider } from './providers/process/process.provider.ts';
import { ContainerEndings } from './container-endings.ts';
import { ContainerFailures } from './container-failures.ts';
import { ContainerIntents } from './container-intents.ts';
import { ContainerLocator } from './container-locator.ts';
import { ContainerReconciliation } from './container-reconciliation.ts';
import { ContainerStarts } from './container-starts.ts';
import { ContainerLogsService } from './container-logs.service.ts';
import { ContainerViewsService } from './container-views.service.ts';
import { ContainerWakes } from './container-wakes.ts';
import { PooledContainers } from './pooled-containers.ts';
import { SerialByKey } from './serial-by-key.ts';
import { StartOutcomes } from './start-outcomes.ts';
import { StartQueue } from './start-queue.ts';
import { ContainerRoom } from './container-room.ts';
import { ContainerSleeps } from './container-sleeps.ts';
import { ContainerStops } from './container-stops.ts';
import { SessionActivity } from './session-activity.ts';
import { provisionerConfig } from './provisioner/provisioner.config.ts';
import { SessionContainersService } from './session-containers.service.ts';
import { ContainerStatsController } from './stats/container-stats.controller.ts';
import { ContainerStatsService } from './stats/container-stats.service.ts';
import { StatsMemory } from './stats/stats-memory.ts';
import { StatsPoller } from './stats/stats-poller.ts';

@Module({
  imports: [
    TypeOrmModule.forFeature([
      BriefContainerEntity,
      ContainerEntity,
      DokployPlaceEntity,
      DokploySettingsEntity,
    ]),
    ConfigModule.forFeature(containersConfig),
    ConfigModule.forFeature(dockerConfig),
    ConfigModule.forFeature(dokployConfig),
    ConfigModule.forFeature(processConfig),
    ConfigModule.forFeature(provisionerConfig),
    AuditModule,
    AuthModule,
    HistoryModule,
    LinkModule,
    SessionStateModule,
  ],
  controllers: [ContainersController, ContainerStatsController, DokploySettingsController],
  providers: [
    {
      provide: DockerContainerProvider,
      inject: [dockerConfig.KEY, provisionerConfig.KEY, ServerState],
      useFactory: (
        config: ConfigType<typeof dockerConfig>,
        { socketPath }: ConfigType<typeof provisionerConfig>,
        { instanceId }: ServerState,
      ): DockerProvider => connectDocker(config, socketPath, instanceId),
    },
    DokployConnections,
    DokploySettingsService,
    StoredDokployPlaces,
    {
      provide: DokployContainerProvider,
      inject: [DokployConnections, StoredDokployPlaces, dokployConfig.KEY, ServerState],
      useFactory: (
        connections: DokployConnections,
        places: StoredDokployPlaces,
        config: ConfigType<typeof dokployConfig>,
        { instanceId }: ServerState,
      ) => new DokployContainerProvider(() => connections.find(), places, { ...config, instanceId }),
    },
    {
      provide: ProcessContainerProvider,
      inject: [processConfig.KEY, Failpoints],
      useFactory: (config: ConfigType<typeof processConfig>, failpoints: Failpoints) =>
        new ProcessContainerProvider(config, failpoints),
    },
    {
      provide: ManualContainerProvider,
      inject: [processConfig.KEY],
      useFactory: ({ mainUrl }: ConfigType<typeof processConfig>) =>
        new ManualContainerProvider({ folder: join(tmpdir(), 'codex-webapp'), mainUrl }),
    },
    {
      provide: ContainerProviderRegistry,
      inject: [
        DockerContainerProvider,
        DokployContainerProvider,
        ProcessContainerProvider,
        ManualContainerProvider,
        containersConfig.KEY,
      ],
      useFactory: (
        docker: DockerProvider,
        dokploy: DokployContainerProvider,
        child: ProcessContainerProvider,
        manual: ManualContainerProvider,
        config: ConfigType<typeof containersConfig>,
      ) =>
        new ContainerProviderRegistry(
          [...(config.usesDocker ? [docker] : []), dokploy, child, manual],
          config.provider,
        ),
    },
    {
      provide: StartQueue,
      inject: [containersConfig.KEY],
      useFactory: ({ concurrentStarts }: ConfigType<typeof containersConfig>) =>
        new StartQueue(concurrentStarts),
    },
    BriefContainers,
    ContainerArchivesService,
    ContainerCommandsService,
    ContainerEndings,
    ContainerFailures,
    ContainerImages,
    ContainerIntents,
    ContainerListenAddresses,
    ContainerLocator,
    ContainerLogsService,
    ContainerObserver,
    ContainerOrphans,
    ContainerProgress,
    ContainerProvidersService,
    ContainerReadiness,
    ContainerReconciler,
    ContainerReconciliation,
    ContainerRecipes,
    ContainerRecords,
    ContainerRoom,
    ContainerSleeps,
    ContainerSpecs,
    ContainerStarter,
    ContainerStarts,
    ContainerStatsService,
    ContainerStops,
    ContainerViewsService,
    ContainerWakes,
    PooledContainers,
    SerialByKey,
    SessionActivity,
    SessionContainersService,
    StartOutcomes,
    StatsMemory,
    StatsPoller,
  ],
  exports: [
    BriefContainers,
    ContainerArchivesService,
    ContainerListenAddresses,
    ContainerLogsService,
    ContainerProvidersService,
    ContainerRecipes,
    ContainerRoom,
    ContainerStatsService,
    ContainerWakes,
    PooledContainers,
    SessionActivity,
    SessionContainersService,
  ],
})
export class ContainersModule {}
