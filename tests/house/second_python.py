"""Find a second Python for the checks: `python tests/house/second_python.py` prints its path.

It is another of the versions that the package names than the one that runs this, the newest at
hand, unless the environment variable PYTHON2 names one. Where there is none, nothing is printed.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Where programs that keep several Pythons put them, below a user's home.
KEPT = [".pyenv/versions/{}.*/bin/python", ".local/share/uv/python/cpython-{}.*/bin/python3"]
PROBE = "import ensurepip, ssl, sys, venv; print('%d.%d' % sys.version_info[:2])"


def named_versions():
    """Return the versions that the package names, newest first."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found = re.findall(r"Python :: (3\.\d+)", text)
    return sorted(found, key=lambda version: int(version.partition(".")[2]), reverse=True)


def version_of(path):
    """Return the version of a Python that can make environments, or None if it is no such one."""
    try:
        done = subprocess.run([path, "-c", PROBE], capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def candidates(version, home, path):
    """Yield where a Python of a version may be: on the path, then where others are kept."""
    for folder in path.split(os.pathsep):
        yield Path(folder, f"python{version}")
    for pattern in KEPT:
        yield from sorted(home.glob(pattern.format(version)))


def second_python(first, home=None, path=None):
    """Return the path of another Python than one of version ``first``, or None."""
    home = Path.home() if home is None else home
    path = os.environ.get("PATH", "") if path is None else path
    for version in named_versions():
        for candidate in candidates(version, home, path) if version != first else ():
            if candidate.exists() and version_of(candidate) == version:
                return candidate
    return None


def main():
    """Print the path of a second Python, if there is one."""
    named = os.environ.get("PYTHON2")
    if named and version_of(named) is None:
        print(f"PYTHON2 is {named!r}, which is no Python that makes environments", file=sys.stderr)
        return 1
    first = f"{sys.version_info.major}.{sys.version_info.minor}"
    print(named or second_python(first) or "")
    return 0


if __name__ == "__main__":
    sys.exit(main())
