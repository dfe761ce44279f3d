import { Inject, Injectable } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import { agentLogins, loginVariablesOf } from '@codex-webapp/contracts';
import { containersConfig } from '../containers/containers.config.ts';

const addressPattern = /_BASE_URL$|_MODEL$/;

/** Which agents the server's own environment logs in, for users who brought nothing themselves. */
@Injectable()
export class ServerLogins {
  readonly agents: readonly string[];

  constructor(@Inject(containersConfig.KEY) { agentEnvironment }: ConfigType<typeof containersConfig>) {
    const isGiven = (name: string): boolean => agentEnvironment[name] !== undefined;
    this.agents = agentLogins
      .filter((login) => {
        const secrets = loginVariablesOf(login).filter((name) => !addressPattern.test(name));
        return secrets.some(isGiven) || isGiven(`${login.agent.toUpperCase()}_AUTH_FILE_1`);
      })
      .map(({ agent }) => agent);
  }
}
