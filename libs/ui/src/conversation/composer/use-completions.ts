'use client';

import type { AgentCommand } from '@codex-webapp/contracts/agents';
import { useContext, useEffect, useMemo, useState } from 'react';
import { WorkspaceContext } from '../workspace-source.ts';
import { findToken, type Token } from './find-token.ts';

/** One thing that can be put in the place of what is being typed. */
export interface Completion {
  readonly key: string;
  /** What is put there, its sign included. */
  readonly text: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly description?: string | undefined;
}

export interface Completions {
  readonly token: Token;
  readonly items: readonly Completion[];
  /** What is said where there are none. */
  readonly note: string | null;
}

interface FoundFiles {
  readonly query: string;
  readonly paths: readonly string[];
  readonly problem: string | null;
}

const shownMax = 50;
/** Typing on is faster than an answer would be. */
const searchDelayMs = 150;

/** What fits what stands before the caret; null while nothing is being named. */
export function useCompletions(
  text: string,
  caret: number,
  commands: readonly AgentCommand[],
): Completions | null {
  const workspace = useContext(WorkspaceContext);
  const token = useMemo(() => findToken(text, caret), [text, caret]);
  const fileQuery = workspace !== null && token?.kind === 'file' ? token.query : null;
  const found = useFiles(fileQuery);

  return useMemo(() => {
    if (token === null) return null;
    if (token.kind === 'command') {
      const items = matchCommands(commands, token.query);
      return items.length === 0 ? null : { token, items, note: null };
    }
    if (workspace === null) return null;
    return { token, items: found?.paths.map(toFile) ?? [], note: noteOf(found, token.query) };
  }, [token, commands, workspace, found]);
}

function useFiles(query: string | null): FoundFiles | null {
  const workspace = useContext(WorkspaceContext);
  const [found, setFound] = useState<FoundFiles | null>(null);

  useEffect(() => {
    if (workspace === null || query === null) return;
    const asking = new AbortController();
    const ask = async (): Promise<void> => {
      try {
        const paths = await workspace.findFiles(query, asking.signal);
        if (!asking.signal.aborted) setFound({ query, paths: paths.slice(0, shownMax), problem: null });
      } catch (error) {
        const problem = error instanceof Error ? error.message : 'The files cannot be listed right now.';
        if (!asking.signal.aborted) setFound({ query, paths: [], problem });
      }
    };
    const timer = setTimeout(() => void ask(), searchDelayMs);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [workspace, query]);

  return query === null ? null : found;
}

function noteOf(found: FoundFiles | null, query: string): string | null {
  if (found === null || (found.query !== query && found.paths.length === 0)) return 'Looking for files…';
  if (found.problem !== null) return found.problem;
  return found.paths.length === 0 ? 'No file is called so.' : null;
}

function toFile(path: string): Completion {
  const name = path.split('/').findLast((part) => part !== '') ?? path;
  const folder = path.slice(0, path.lastIndexOf(name));
  const label = path.endsWith('/') ? `${name}/` : name;
  return { key: path, text: `@${path}`, label, description: folder === '' ? undefined : folder };
}

/** Those that begin so come first. */
function matchCommands(commands: readonly AgentCommand[], query: string): readonly Completion[] {
  const typed = query.toLowerCase();
  const begins = commands.filter(({ name }) => name.toLowerCase().startsWith(typed));
  const contains = commands.filter(
    (command) => !begins.includes(command) && command.name.toLowerCase().includes(typed),
  );
  return [...begins, ...contains].slice(0, shownMax).map(({ name, description, argumentHint }) => ({
    key: name,
    text: `/${name}`,
    label: `/${name}`,
    hint: argumentHint,
    description,
  }));
}
