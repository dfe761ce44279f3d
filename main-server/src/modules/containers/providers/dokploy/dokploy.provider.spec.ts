import {
  describeContainerOutput,
  describeContainerProvider,
} from '../../../../../test/support/describe-container-provider.ts';
import { makeDokploySetup } from '../../../../../test/support/dokploy-setup.ts';

describeContainerProvider('DokployContainerProvider', makeDokploySetup);
describeContainerOutput('DokployContainerProvider', makeDokploySetup);
