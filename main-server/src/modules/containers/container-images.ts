import { Injectable, Logger } from '@nestjs/common';
import type { ContainerProviderName } from '@codex-webapp/contracts';
import type { Container } from './container.entity.ts';
import {
  usesImage,
  type ContainerImage,
  type ContainerProvider,
  type ImageContainerProvider,
} from './providers/container-provider.ts';

/** What the next containers are made from, so that a session can say whether its own is of something older. */
@Injectable()
export class ContainerImages {
  private readonly logger = new Logger(ContainerImages.name);
  private readonly current = new Map<ContainerProviderName, ContainerImage>();

  /** Asks the provider. Returns whether that changes what was known. */
  async look(provider: ContainerProvider): Promise<boolean> {
    if (!usesImage(provider)) return false;
    const found = await this.findImage(provider);
    if (found === null) return false;
    const known = this.current.get(provider.name);
    this.note(provider.name, found);
    return known !== undefined && !isSame(known, found);
  }

  /** A container was made from it just now. */
  note(provider: ContainerProviderName, image: ContainerImage): void {
    this.current.set(provider, image);
  }

  /** False as long as one of the two is not known. */
  isOutdated({ provider, image }: Pick<Container, 'provider' | 'image'>): boolean {
    const current = this.current.get(provider);
    return current !== undefined && image !== null && !isSame(current, image);
  }

  /** A backend that does not answer changes nothing about what is known. */
  private async findImage(provider: ImageContainerProvider): Promise<ContainerImage | null> {
    try {
      return await provider.findImage();
    } catch (error) {
      const { name } = provider;
      this.logger.debug({
        msg: 'What the next containers are made from is not told',
        provider: name,
        err: error,
      });
      return null;
    }
  }
}

function isSame(one: ContainerImage, other: ContainerImage): boolean {
  if (one.id !== null && other.id !== null) return one.id === other.id;
  return one.name === other.name;
}
