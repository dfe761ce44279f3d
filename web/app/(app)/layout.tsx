import type { ReactNode } from 'react';
import { AppShell } from '../../features/shell/index.ts';

export default function AppLayout({ children }: { children: ReactNode }) {
  return <AppShell>{children}</AppShell>;
}
