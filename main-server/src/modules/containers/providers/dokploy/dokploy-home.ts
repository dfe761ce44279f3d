import { DokployApiError } from './dokploy-api.errors.ts';
import {
  anything,
  projectList,
  projectWithApps,
  type ListedApp,
  type ProjectWithApps,
} from './dokploy-answers.ts';
import type { DokployClient } from './dokploy.client.ts';

const attempts = 3;

export interface DokployHome {
  readonly projectId: string;
  readonly environmentId: string;
}

/** The project and environment our apps are in: found, or made once. */
export class DokployHomes {
  private pending: Promise<DokployHome> | null = null;
  private projectId: string | null = null;

  constructor(
    private readonly client: DokployClient,
    private readonly wanted: { readonly project: string; readonly environment: string | null },
  ) {}

  /** However many ask at once, one project is made. */
  ensure(): Promise<DokployHome> {
    this.pending ??= this.findOrCreate().finally(() => (this.pending = null));
    return this.pending;
  }

  /** Every app of the project; none when there is no project yet. Makes nothing. */
  async listApps(): Promise<readonly ListedApp[]> {
    const project = await this.findProject();
    return project?.environments.flatMap(({ applications }) => applications) ?? [];
  }

  private async findOrCreate(): Promise<DokployHome> {
    const project = await this.findProject();
    if (project === null) {
      await this.create(
        'project.create',
        { name: this.wanted.project },
        async () => (await this.findProjectId()) !== null,
      );
      return this.findOrCreate();
    }
    const projectId = this.projectId ?? '';
    const environment = findEnvironment(project, this.wanted.environment);
    if (environment !== undefined) return { projectId, environmentId: environment.environmentId };
    const { environment: name } = this.wanted;
    await this.create('environment.create', { name, projectId }, async () => {
      const found = await this.findProject();
      return found !== null && findEnvironment(found, name) !== undefined;
    });
    return this.findOrCreate();
  }

  /** Names are not unique, so a lost answer is followed by a look, and never by a second one. */
  private async create(route: string, body: object, isThere: () => Promise<boolean>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.client.postOnce(route, body, anything);
        return;
      } catch (error) {
        if (!(error instanceof DokployApiError) || !error.isUnanswered) throw error;
        if (await isThere()) return;
        if (attempt === attempts) throw error;
      }
    }
  }

  private async findProject(): Promise<ProjectWithApps | null> {
    const projectId = (this.projectId ??= await this.findProjectId());
    if (projectId === null) return null;
    try {
      return await this.client.get('project.one', projectWithApps, { projectId });
    } catch (error) {
      if (!(error instanceof DokployApiError) || !error.isAbsent) throw error;
      // Somebody deleted it; there may be another one of that name.
      this.projectId = await this.findProjectId();
      return this.projectId === null ? null : this.findProject();
    }
  }

  /** The oldest one of that name, so that everybody who looks finds the same. */
  private async findProjectId(): Promise<string | null> {
    const all = await this.client.get('project.all', projectList);
    const named = all.filter(({ name }) => name === this.wanted.project);
    return (
      named.toSorted((a, b) => compare(a.createdAt, b.createdAt) || compare(a.projectId, b.projectId))[0]
        ?.projectId ?? null
    );
  }
}

/** The names of the two are not enough: the default one cannot be renamed, and has its name from Dokploy. */
function findEnvironment({ environments }: ProjectWithApps, wanted: string | null) {
  return environments.find(({ name, isDefault }) => (wanted === null ? isDefault : name === wanted));
}

export function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
