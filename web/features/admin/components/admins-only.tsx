import { EmptyState } from '@codex-webapp/ui';
import { ShieldCheck } from '@codex-webapp/ui/icons';
import type { ReactNode } from 'react';

/** The server decides who may; this only spares others a refusal. */
export function AdminsOnly({ children }: { children: ReactNode }) {
  return (
    <EmptyState icon={<ShieldCheck aria-hidden />} title="For administrators">
      {children}
    </EmptyState>
  );
}
