export const authLimits = {
  passwordMinLength: 8,
  passwordMaxLength: 1_024,
  tokenNameMaxLength: 100,
  /** Days an API token may live at the most. */
  tokenMaxDays: 366,
} as const;
