import { AgentsPage } from '../../../../features/agents/index.ts';
import { PlainPage } from '../../../../features/shell/index.ts';

export default function Page() {
  return (
    <PlainPage title="Agents">
      <AgentsPage />
    </PlainPage>
  );
}
