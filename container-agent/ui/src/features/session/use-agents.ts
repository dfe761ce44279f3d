import { builtInAgents, type AgentSummary } from '@codex-webapp/contracts/agents';
import type { SessionOptionsResponse } from '@codex-webapp/contracts/sessions';
import { useEffect, useState } from 'react';
import { callApi } from '../../lib/api-client.ts';

/**
 * The agents a session can be switched to; none where there is no server to switch it (`isOffered` is false). The
 * built-in ones are shown until the server has said which it has, and if it never does.
 */
export function useAgents(isOffered: boolean): readonly AgentSummary[] {
  const [agents, setAgents] = useState(isOffered ? builtInAgents : []);

  useEffect(() => {
    if (!isOffered) return;
    let isCurrent = true;
    const load = async (): Promise<void> => {
      try {
        const options = await callApi<SessionOptionsResponse>('GET', '/api/options');
        if (isCurrent) setAgents(options.agents);
      } catch {
        // The built-in ones stay; the server refuses what it does not have.
      }
    };
    void load();
    return () => {
      isCurrent = false;
    };
  }, [isOffered]);

  return agents;
}
