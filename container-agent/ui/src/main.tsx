import { cn } from '@codex-webapp/ui';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './styles.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

createRoot(root).render(
  <StrictMode>
    <main className={cn('p-8')}>Session</main>
  </StrictMode>,
);
