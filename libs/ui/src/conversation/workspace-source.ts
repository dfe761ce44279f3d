'use client';

import { createContext } from 'react';

export interface UploadOptions {
  /** From 0 to 1. */
  readonly onProgress: (fraction: number) => void;
  readonly signal: AbortSignal;
}

/** The files of the session's workspace, as the composer needs them. Rejections have words for people. */
export interface WorkspaceSource {
  /** Resolves when the file stands there. */
  upload(path: string, file: Blob, options: UploadOptions): Promise<void>;
  /** The image as something that can be shown; null where it is not there. */
  readImage(path: string): Promise<Blob | null>;
  /** Paths of files and folders (with a slash at the end) that match what was typed, best first. */
  findFiles(query: string, signal: AbortSignal): Promise<readonly string[]>;
}

/** Null where the workspace cannot be reached at all: nothing can be attached or mentioned. */
export const WorkspaceContext = createContext<WorkspaceSource | null>(null);
