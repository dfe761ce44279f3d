'use client';

import { createContext } from 'react';

export interface BlobText {
  readonly text: string;
  /** There is more of it than was asked for. */
  readonly isCut: boolean;
}

/** Where content is that was too large for the conversation. */
export interface BlobSource {
  /** At most the first `maxBytes`. Null where it is not there, or not yet. A rejection has words for people. */
  read(sha256: string, maxBytes: number): Promise<BlobText | null>;
  /** Gives the whole to the reader as a file. False where it is not there, or not yet. Rejects as `read` does. */
  save(sha256: string): Promise<boolean>;
}

/** Null where such content cannot be asked for: what was cut stays cut. */
export const BlobContext = createContext<BlobSource | null>(null);
