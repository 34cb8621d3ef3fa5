import { range } from "./numbers.js";

// Random numbers from a seed; the same as in random.py, and tested against it.

// From 0 up to 1: the generator Mulberry32, by Tommy Ettinger.
export function uniforms(seed) {
  let count = seed;
  return () => {
    count = (count + 0x6d2b79f5) | 0;
    let mixed = Math.imul(count ^ (count >>> 15), count | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// Of mean 0 and standard deviation 1, by the normal law: each is made of two even ones.
export function normals(seed, count) {
  const next = uniforms(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return range(count).map(normal);
}
