import {
  containerSizeNames,
  type ContainerProviderResponse,
  type ContainerSizeName,
} from '@codex-webapp/contracts/containers';
import { ChoiceCards, Field, Select } from '@codex-webapp/ui';
import { describeSize, internetChoices } from '../../model/session-choices.tsx';

type Props = {
  provider: ContainerProviderResponse;
  size: ContainerSizeName;
  onSizeChange: (size: ContainerSizeName) => void;
  internet: boolean;
  onInternetChange: (internet: boolean) => void;
};

/** What can be chosen for the container itself, where the provider has anything to choose. */
export function ContainerChoices({ provider, size, onSizeChange, internet, onInternetChange }: Props) {
  return (
    <>
      {provider.sizes.length > 0 && (
        <Field label="Size">
          {(control) => (
            <Select
              {...control}
              value={size}
              onChange={({ target }) =>
                onSizeChange(containerSizeNames.find((name) => name === target.value) ?? size)
              }
            >
              {provider.sizes.map((offered) => (
                <option key={offered.name} value={offered.name}>
                  {describeSize(offered)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      {provider.canSwitchInternetOff && (
        <ChoiceCards
          label="Internet"
          value={internet ? 'on' : 'off'}
          onChange={(value) => onInternetChange(value === 'on')}
          choices={internetChoices}
        />
      )}
    </>
  );
}
