'use client';

import { attachmentLimits } from '@codex-webapp/contracts/prompts';
import { useCallback, useContext, useEffect, useRef, useState } from 'react';
import { toast } from '../../primitives/toast-store.ts';
import { useConversation } from '../conversation-context.tsx';
import { WorkspaceContext } from '../workspace-source.ts';
import { fromPath, toAttachment, type Attachment } from './attachment.ts';

export interface Attachments {
  readonly list: readonly Attachment[];
  /** False while one is on its way, or has failed and was not taken away. */
  readonly areReady: boolean;
  readonly add: (files: Iterable<File>) => void;
  readonly remove: (id: string) => void;
  /** In the place of those that are there. */
  readonly restore: (paths: readonly string[]) => void;
}

/** What goes with the next prompt. Each file is put into the workspace as soon as the container is up. */
export function useAttachments(): Attachments {
  const { conversation, actions } = useConversation();
  const workspace = useContext(WorkspaceContext);
  const [list, setList] = useState<readonly Attachment[]>([]);
  const uploads = useRef(new Map<string, AbortController>());
  const isConnected = conversation.container?.isConnected === true;

  const change = useCallback((id: string, patch: Partial<Attachment>) => {
    setList((known) => known.map((one) => (one.id === id ? { ...one, ...patch } : one)));
  }, []);

  useEffect(() => {
    if (workspace === null || !isConnected) return;
    for (const { id, path, file, state } of list) {
      if (state !== 'waiting' || file === null || uploads.current.has(id)) continue;
      const upload = new AbortController();
      uploads.current.set(id, upload);
      change(id, { state: 'uploading' });
      const onProgress = (progress: number) => change(id, { progress });
      workspace
        .upload(path, file, { onProgress, signal: upload.signal })
        .then(() => change(id, { state: 'ready', progress: 1 }))
        .catch((error: unknown) => change(id, { state: 'failed', problem: wordsOf(error) }))
        .finally(() => uploads.current.delete(id));
    }
  }, [list, workspace, isConnected, change]);

  useEffect(() => {
    const { current } = uploads;
    return () => {
      for (const upload of current.values()) upload.abort();
    };
  }, []);

  const add = (files: Iterable<File>) => {
    const added = [...files].map(toAttachment);
    const room = attachmentLimits.filesMax - list.length;
    if (added.length > room) {
      const title = `No more than ${attachmentLimits.filesMax} files go with one message.`;
      toast({ tone: 'danger', title, description: 'Send these first, or put the others into a folder.' });
    }
    if (room <= 0 || added.length === 0) return;
    setList([...list, ...added.slice(0, room)]);
    // Only a container that runs has room for files.
    if (!isConnected) actions.startContainer?.();
  };

  const remove = (id: string) => {
    uploads.current.get(id)?.abort();
    setList((known) => known.filter((one) => one.id !== id));
  };

  return {
    list,
    areReady: list.every(({ state }) => state === 'ready'),
    add,
    remove,
    restore: (paths) => setList(paths.map(fromPath)),
  };
}

function wordsOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : 'It could not be uploaded.';
}
