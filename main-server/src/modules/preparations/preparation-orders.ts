import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventEmitter2, OnEvent } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import type { PreparationReport } from '@codex-webapp/contracts';
import { Clock } from '@codex-webapp/nest-kit';
import { type EntityManager, In, Repository } from 'typeorm';
import { findRow } from '../../database/find-rows.ts';
import { SessionActivity } from '../containers/session-activity.ts';
import { HistoryService } from '../history/history.service.ts';
import type { Link } from '../link/link.ts';
import { LinkRegistry } from '../link/link-registry.ts';
import {
  linkEvents,
  type LinkConnected,
  type LinkDisconnected,
  type PreparationReported,
} from '../link/link.events.ts';
import { type Preparation, PreparationEntity } from './preparation.entity.ts';
import {
  preparationEvents,
  type PreparationProgressed,
  type PreparationSettled,
} from './preparation.events.ts';
import { toOrder, toPreparationChanged, toPreparationResponse } from './preparation.mapper.ts';
import { isChange, isSettled, statusOf } from './preparation-progress.ts';

const unsupported =
  'This container was made from an older image, which cannot prepare a workspace. Upgrade the container to have it done.';

/**
 * Tells containers what their workspaces are prepared with, over each new link, and hears how far that is. No prompt is
 * sent over a link before its container has said that its workspace is ready: the volume may be another one by now.
 */
@Injectable()
export class PreparationOrders implements OnModuleInit {
  private readonly ready = new WeakSet<Link>();
  /** What containers that are connected told last, where it is no more than progress. */
  private readonly latest = new Map<string, PreparationReport>();

  constructor(
    @InjectRepository(PreparationEntity) private readonly preparations: Repository<PreparationEntity>,
    private readonly history: HistoryService,
    private readonly links: LinkRegistry,
    private readonly activity: SessionActivity,
    private readonly events: EventEmitter2,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.activity.addBusyCheck((manager, { id }) =>
      manager.existsBy(PreparationEntity, { sessionId: id, status: In(['waiting', 'running']) }),
    );
  }

  /** Inside a transaction: whether prompts have to wait for the workspace of the container at the other end. */
  async isAwaited(manager: EntityManager, link: Link): Promise<boolean> {
    if (!link.canPrepare || this.ready.has(link)) return false;
    return manager.existsBy(PreparationEntity, { sessionId: link.sessionId });
  }

  /** As it was told last. Null: nothing was asked for. */
  async find(sessionId: string): Promise<Preparation | null> {
    const row: Preparation | null = await findRow(this.preparations, { sessionId });
    const report = this.latest.get(sessionId);
    if (row === null || report?.attempt !== row.attempt || isChange(row, report)) return row;
    return { ...row, steps: report.steps, tail: report.tail };
  }

  /** Sends what is wanted now to a container that is connected; to any other one it is sent when it comes. */
  async send(sessionId: string): Promise<void> {
    const link = this.links.get(sessionId);
    const row = link && (await findRow(this.preparations, { sessionId }));
    if (!link || !row) return;
    if (!link.canPrepare) return this.noteUnsupported(row);
    this.ready.delete(link);
    this.latest.delete(sessionId);
    link.send(toOrder(row));
  }

  @OnEvent(linkEvents.connected)
  async onConnected({ sessionId }: LinkConnected): Promise<void> {
    await this.send(sessionId);
  }

  @OnEvent(linkEvents.disconnected)
  onDisconnected({ sessionId }: LinkDisconnected): void {
    this.latest.delete(sessionId);
  }

  @OnEvent(linkEvents.preparationReported, { suppressErrors: false })
  async onReported({ link, report }: PreparationReported): Promise<void> {
    const { sessionId } = link;
    const row = await findRow(this.preparations, { sessionId });
    // About what was ordered before.
    if (row?.attempt !== report.attempt) return;
    if (row.status !== 'skipped') await this.take(row, report);
    if (!isSettled(report) || this.links.get(sessionId) !== link) return;
    this.ready.add(link);
    const settled: PreparationSettled = { sessionId };
    this.events.emit(preparationEvents.settled, settled);
  }

  private async take(row: Preparation, report: PreparationReport): Promise<void> {
    if (!isChange(row, report)) {
      this.latest.set(row.sessionId, report);
      const preparation = toPreparationResponse({ ...row, steps: report.steps, tail: report.tail });
      const progressed: PreparationProgressed = { sessionId: row.sessionId, preparation };
      this.events.emit(preparationEvents.progressed, progressed);
      return;
    }
    this.latest.delete(row.sessionId);
    const { steps, reason, tail } = report;
    await this.change(row, { status: statusOf(report), steps, reason, tail });
  }

  private async noteUnsupported(row: Preparation): Promise<void> {
    if (row.status === 'done' || row.status === 'skipped' || row.status === 'unsupported') return;
    await this.change(row, { status: 'unsupported', reason: unsupported });
  }

  /** Unless something else was ordered meanwhile. */
  private async change({ sessionId, attempt }: Preparation, patch: Partial<Preparation>): Promise<void> {
    await this.history.append(sessionId, async (manager, append) => {
      const row: Preparation | null = await manager.findOneBy(PreparationEntity, { sessionId, attempt });
      if (row === null || row.status === 'skipped') return;
      const changed: Preparation = { ...row, ...patch, updatedAt: this.clock.now() };
      await manager.update(PreparationEntity, { sessionId }, changed);
      append(toPreparationChanged(changed));
    });
  }
}
