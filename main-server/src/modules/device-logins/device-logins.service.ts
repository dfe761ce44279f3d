import { Injectable } from '@nestjs/common';
import {
  deviceLoginLimits,
  findAgentLogin,
  type AgentDeviceLogin,
  type DeviceLoginWaitRequest,
  type DeviceLoginResponse,
} from '@codex-webapp/contracts';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import type { AuthUser } from '../../common/auth-user.ts';
import { WriteQueue } from '../../database/write-queue.ts';
import { actorOf } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { BriefContainers } from '../containers/brief-containers.ts';
import { DeviceLogin } from './device-login.ts';
import { toDeviceLoginResponse } from './device-login.mapper.ts';
import { DeviceLoginRunner } from './device-login-runner.ts';
import { DeviceLoginWaits } from './device-login-waits.ts';
import { DeviceLogins } from './device-logins.ts';

/** Logins that an agent's own program makes, while its user says yes in a browser. */
@Injectable()
export class DeviceLoginsService {
  constructor(
    private readonly logins: DeviceLogins,
    private readonly runner: DeviceLoginRunner,
    private readonly waits: DeviceLoginWaits,
    private readonly containers: BriefContainers,
    private readonly audit: AuditService,
    private readonly writeQueue: WriteQueue,
    private readonly clock: Clock,
  ) {}

  /**
   * Begins one, or gives the one that is under way.
   * @throws device_login.unknown, device_login.limit_reached, device_login.unavailable, container.provider_unreachable
   */
  async start(user: AuthUser, agent: string): Promise<DeviceLoginResponse> {
    const how = howOf(agent);
    const known = this.logins.find(user.id, agent);
    if (known !== null && !known.hasEnded) return toDeviceLoginResponse(known);
    await this.containers.assertPossible();
    const now = this.clock.now();
    const login = new DeviceLogin(user, agent, how, now, now + deviceLoginLimits.deadlineMs);
    const current = this.logins.add(login);
    if (current === login) {
      await this.record(user, login);
      this.runner.begin(login);
    }
    return toDeviceLoginResponse(current);
  }

  /** Of this user, and of nobody else. @throws device_login.not_found, request.too_many, login.expired */
  async read(
    user: AuthUser,
    agent: string,
    { after, wait }: DeviceLoginWaitRequest,
    signal: AbortSignal,
  ): Promise<DeviceLoginResponse> {
    const login = this.logins.get(user.id, agent);
    if (after !== undefined && wait !== undefined)
      await this.waits.wait(user, login, { after, seconds: wait, signal });
    return toDeviceLoginResponse(login);
  }

  /** @throws device_login.not_found, device_login.not_running */
  type(user: AuthUser, agent: string, text: string): DeviceLoginResponse {
    const login = this.logins.get(user.id, agent);
    const isWaiting = login.view.state === 'running' && login.how.takesInput;
    if (!isWaiting || login.peer === null) {
      throw new DomainError('device_login.not_running', {
        message: 'This login does not wait for anything to be pasted.',
      });
    }
    login.peer.type(text);
    return toDeviceLoginResponse(login);
  }

  /** One that has ended stays as it ended. @throws device_login.not_found */
  async cancel(user: AuthUser, agent: string): Promise<DeviceLoginResponse> {
    const login = this.logins.get(user.id, agent);
    await this.runner.cancel(login, 'You cancelled it.');
    return toDeviceLoginResponse(login);
  }

  /** One that could not be written down never began, and holds no place. */
  private async record(user: AuthUser, login: DeviceLogin): Promise<void> {
    try {
      await this.writeQueue.run((manager) =>
        this.audit.record(manager, {
          actor: actorOf(user),
          action: 'device_login.started',
          details: { agent: login.agent },
        }),
      );
    } catch (error) {
      await this.runner.fail(login, error);
      throw error;
    }
  }
}

function howOf(agent: string): AgentDeviceLogin {
  const how = findAgentLogin(agent)?.deviceLogin;
  if (how !== undefined) return how;
  throw new DomainError('device_login.unknown', {
    message: 'This agent has no login that can be made here. Give it a key, a token or a file.',
  });
}
