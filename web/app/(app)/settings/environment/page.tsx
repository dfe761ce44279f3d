import { EnvironmentPage } from '../../../../features/agent-settings/index.ts';
import { PlainPage } from '../../../../features/shell/index.ts';

export default function Page() {
  return (
    <PlainPage title="Environment">
      <EnvironmentPage />
    </PlainPage>
  );
}
