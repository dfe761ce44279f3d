import { registerDecorator } from 'class-validator';
import { commonPasswords } from './common-passwords.ts';

/** Refuses the passwords that guessers try first. */
export function IsUncommonPassword(): PropertyDecorator {
  return (target, propertyName) => {
    registerDecorator({
      name: 'isUncommonPassword',
      target: target.constructor,
      propertyName: String(propertyName),
      options: { message: 'password is among the most common ones; choose another' },
      validator: {
        validate: (value: unknown) => typeof value === 'string' && !commonPasswords.has(value.toLowerCase()),
      },
    });
  };
}
