import { SettingsPage } from '../../../features/settings/index.ts';
import { PlainPage } from '../../../features/shell/index.ts';

export default function Page() {
  return (
    <PlainPage title="Settings">
      <SettingsPage />
    </PlainPage>
  );
}
