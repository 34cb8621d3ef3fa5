"""Promise: the filter of system calls denies what it names on each machine, and nothing else."""

import struct

import pytest

from grader.syscalls import MACHINES, denied

ALLOW, ENOSYS, EAFNOSUPPORT, EPERM = 0x7FFF0000, 0x50026, 0x50061, 0x50001
MARKS = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def verdict(program, mark, number, first=0):
    """What the Linux kernel makes of a call: a reading of its description of classic BPF."""
    given = struct.pack("=IIQQ", number, mark, 0, first)
    steps = list(struct.iter_unpack("=HBBI", program))
    place = word = 0
    while True:
        code, if_true, if_false, value = steps[place]
        place += 1
        if code == 0x06:
            return value
        if code == 0x20:
            (word,) = struct.unpack_from("=I", given, value)
        else:
            holds = {0x15: word == value, 0x35: word >= value}[code]
            place += if_true if holds else if_false


@pytest.mark.parametrize("machine", MACHINES)
def test_each_call_gets_its_verdict(machine):
    program, mark = denied(machine), MARKS[machine]
    pipe, mmap, sockets, shmget, memfd = {
        "x86_64": (22, 9, (41, 53), 29, 319),
        "aarch64": (59, 222, (198, 199), 194, 279),
    }[machine]
    for number in (0, pipe, mmap, 424, 446):
        assert verdict(program, mark, number, 40) == ALLOW
    for number in (shmget, memfd, 425, 447):
        assert verdict(program, mark, number) == ENOSYS
    for number in sockets:
        allowed = [
            family for family in range(50) if verdict(program, mark, number, family) == ALLOW
        ]
        assert allowed == [1, 2, 10, 16]
        assert verdict(program, mark, number, 40) == EAFNOSUPPORT
        assert verdict(program, mark, number, 2**32 + 2) == ALLOW  # Linux reads 32 bits as well


@pytest.mark.parametrize("machine", MACHINES)
def test_the_numbers_of_another_machine_deny_everything(machine):
    program = denied(machine)
    assert verdict(program, 0x40000003, 1) == EPERM
    assert verdict(program, MARKS[machine], 0x40000000 + 41, 2) == ENOSYS


def test_bubblewrap_takes_no_longer_program():
    assert all(len(denied(machine)) % 8 == 0 for machine in MACHINES)
    assert all(len(denied(machine)) < 4096 for machine in MACHINES)
