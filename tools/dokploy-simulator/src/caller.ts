import { ApiError } from './api-error.ts';

export type Role = 'owner' | 'admin' | 'member';

/** Between the reading and the writing of a member's list. */
const writeMs = 20;

/** The user whose key a request has. */
export class Caller {
  /** The apps a member may use; owners and admins are not asked for it. */
  private services: readonly string[] = [];

  constructor(readonly role: Role) {}

  /** Read, and written back longer a moment later: of what is made at the same time some is lost. */
  async addService(applicationId: string): Promise<void> {
    if (this.role !== 'member') return;
    const before = this.services;
    await new Promise((resolve) => setTimeout(resolve, writeMs));
    this.services = [...before, applicationId];
  }

  /** @throws ApiError with a code, and the status of a key that is wrong */
  assertMayUse(applicationId: string): void {
    if (this.role !== 'member' || this.services.includes(applicationId)) return;
    throw new ApiError('UNAUTHORIZED', 'You are not authorized to access this application');
  }
}
