// Numbers and lists of them.

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

export const range = (count) => Array.from({ length: count }, (_, k) => k);
