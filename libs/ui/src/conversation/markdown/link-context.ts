'use client';

import { createContext } from 'react';

/** Opens an address outside the page; null leaves it to the browser. A sandboxed frame has to ask its parent. */
export const LinkContext = createContext<((url: string) => void) | null>(null);
