import { Injectable } from '@nestjs/common';
import { DomainError, Failpoints } from '@codex-webapp/nest-kit';
import { WriteQueue } from '../../../database/write-queue.ts';
import type { ContainerRecipe } from '../../containers/container-recipes.ts';
import { SessionContainersService } from '../../containers/session-containers.service.ts';
import { SessionStateService } from '../../session-state/session-state.service.ts';
import { SessionStore } from '../../session-state/session-store.ts';
import { SessionCleanup } from '../session-cleanup.ts';
import { SessionDrafts } from '../session-drafts.ts';

/** Makes sessions that nobody owns yet, and takes them away, by the way of all sessions. */
@Injectable()
export class PooledSessions {
  constructor(
    private readonly drafts: SessionDrafts,
    private readonly state: SessionStateService,
    private readonly containers: SessionContainersService,
    private readonly cleanup: SessionCleanup,
    private readonly store: SessionStore,
    private readonly writeQueue: WriteQueue,
    private readonly failpoints: Failpoints,
  ) {}

  /** Resolves when its start is under way, with true; with false, and nothing left behind, when there is no room. */
  async make(recipe: ContainerRecipe): Promise<boolean> {
    const session = this.drafts.draftPooled(recipe);
    await this.writeQueue.run((manager) => this.state.insert(manager, session));
    await this.failpoints.hit('sessions.pool.stored');
    try {
      await this.containers.create(session);
      await this.failpoints.hit('sessions.pool.begun');
      return true;
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'container.limit_reached') throw error;
      await this.remove(session.id);
      await this.failpoints.hit('sessions.pool.taken-back');
      return false;
    }
  }

  /** Resolves when its rows are gone. Its container belongs to no session then, and goes as such; its data stays. */
  async forget(sessionId: string): Promise<void> {
    await this.writeQueue.run(async (manager) => {
      const found = await this.state.findPooled(manager, sessionId);
      if (found === null) return;
      await this.state.markDeleting(manager, found);
      await this.store.remove(manager, sessionId);
    });
    await this.failpoints.hit('sessions.pool.rows-removed');
  }

  /** Resolves when nobody can be given it any more, with whether that is so; its container and data follow. */
  async remove(sessionId: string): Promise<boolean> {
    const session = await this.writeQueue.run(async (manager) => {
      const found = await this.state.findPooled(manager, sessionId);
      if (found !== null) await this.state.markDeleting(manager, found);
      return found;
    });
    await this.failpoints.hit('sessions.pool.marked');
    if (session === null) return false;
    this.cleanup.begin(session);
    return true;
  }
}
