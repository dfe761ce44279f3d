import { Welcome } from '../../features/sessions/index.ts';

export default function HomePage() {
  return <Welcome />;
}
