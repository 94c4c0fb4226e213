# SPDX-License-Identifier: Apache-2.0
"""Commands that are run, and what they are made of."""

import resource
import shlex
import subprocess


class Broken(Exception):
    """The unmutated project doesn't do what it has to."""


def run(command, folder=None, limit=None):
    """Runs a command, with so many seconds of processor time at most."""

    def restrict():
        if limit:
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))

    words = list(map(str, command))
    return subprocess.run(words, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, preexec_fn=restrict)


def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def must(command, folder=None):
    result = run(command, folder)
    if result.returncode != 0:
        raise Broken(f"{shlex.join(map(str, command))}\n{result.stderr.decode(errors='replace').strip()}")
    return result.stdout.decode(errors="replace")


def adapted(words, variant):
    """A command of a program with checks for one of the variants: `host` is that program, `plain` has no checks, in
    `memory` every decision by bytes that were never set ends it.
    """
    checks = ("-fsanitize", "-fno-sanitize", "-DSIMULATOR_CHECKED", "-ftrivial-auto-var-init", "-Wl,--wrap")
    with_next = ("-include", "-mllvm")
    if variant == "host":
        return words
    plain = [
        word
        for before, word in zip(["", *words], words)
        if not word.startswith(checks) and word not in with_next and before not in with_next
    ]
    return plain if variant == "plain" else ["clang", *plain[1:], "-fsanitize=memory"]
