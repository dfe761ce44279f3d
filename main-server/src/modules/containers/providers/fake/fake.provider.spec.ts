import { describeContainerProvider } from '../../../../../test/support/describe-container-provider.ts';
import { FakeContainerProvider } from './fake.provider.ts';

describeContainerProvider('FakeContainerProvider', () =>
  Promise.resolve({ provider: new FakeContainerProvider(), dispose: () => Promise.resolve() }),
);
