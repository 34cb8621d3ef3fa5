"""Random numbers from a seed, the same in Python and JavaScript; the same as in random.js."""

from collections.abc import Iterator
from itertools import islice
from math import cos, log, pi, sqrt

__all__ = ["normals", "uniforms"]


def uniforms(seed: int) -> Iterator[float]:
    """Yield random numbers from 0 up to 1.

    The generator is Mulberry32 by Tommy Ettinger (2017), in the public domain: a counter of 32
    bits, each value of which is mixed.
    """
    bits = 2**32 - 1
    while True:
        seed = (seed + 0x6D2B79F5) & bits
        mixed = (seed ^ seed >> 15) * (seed | 1) & bits
        mixed ^= (mixed + ((mixed ^ mixed >> 7) * (mixed | 61) & bits)) & bits
        yield (mixed ^ mixed >> 14) / 2**32


def normals(seed: int, count: int) -> list[float]:
    """Return so many numbers of mean 0 and standard deviation 1 that follow the normal law.

    Each is made of two even ones (Box and Muller, 1958).
    """
    drawn = uniforms(seed)
    pairs = islice(zip(drawn, drawn), count)  # the generator gives both of a pair
    return [sqrt(-2 * log(1 - u)) * cos(2 * pi * v) for u, v in pairs]
