import { describe, expect, it } from '@jest/globals';
import { httpEnvironment } from './http.config.ts';

describe('PUBLIC_URL', () => {
  it.each(['https://agents.example.com', 'http://localhost:3000', 'http://agents.localhost:8080'])(
    'may be %s',
    (url) => {
      expect(httpEnvironment.safeParse({ PUBLIC_URL: url }).success).toBe(true);
    },
  );

  it.each([
    'http://192.168.1.10:3000',
    'http://agents.example.com',
    'http://127.0.0.1:3000',
    'https://example.com/app',
  ])('may not be %s, where no session page would open', (url) => {
    expect(httpEnvironment.safeParse({ PUBLIC_URL: url }).success).toBe(false);
  });
});
