# SPDX-License-Identifier: Apache-2.0
"""Which mutants are equivalent, and the tables of what caught the others."""

import collections
import fnmatch
import json

CATCHERS = [
    "reader", "verifier", "emitter", "compiler", "simulator", "sanitizer", "crash", "comparison", "time limit",
    "equivalent", "survived",
]  # fmt: skip


class Equivalents:
    """The mutants that are shown to compute the same."""

    def __init__(self, path):
        self.entries = json.loads(path.read_text())

    def find(self, network, mutant):
        for entry in self.entries:
            if entry["network"] in (network, "any") and is_same(entry, mutant):
                return entry
        return None

    def outdated(self, mutants, is_complete):
        """Entries that are no mutant any more; `mutants` are all there can be, by network, of all networks or some."""
        known = {*mutants, "any"} if is_complete else mutants
        return [entry for entry in self.entries if entry["network"] in known and not is_there(entry, mutants)]


def is_there(entry, mutants):
    networks = mutants.values() if entry["network"] == "any" else [mutants[entry["network"]]]
    return any(is_same(entry, mutant) for of_network in networks for mutant in of_network)


def squeezed(text):
    return " ".join(str(text).split())


def is_same(entry, mutant):
    """Whether an entry, whose file and place may be patterns, is of a mutant."""
    if not fnmatch.fnmatchcase(mutant.file, entry["file"]):
        return False
    if not fnmatch.fnmatchcase(str(mutant.line), entry.get("line", "*")):
        return False
    return squeezed(entry["before"]) == squeezed(mutant.before) and squeezed(entry["after"]) == squeezed(mutant.after)


def print_table(title, results, key):
    columns = [c for c in CATCHERS if any(r["catcher"] == c for r in results)]
    rows = collections.defaultdict(collections.Counter)
    for result in results:
        rows[result[key]][result["catcher"]] += 1
        rows["all"][result["catcher"]] += 1
    print(f"\n| {title} | mutants | {' | '.join(columns)} |\n| --- |{' --: |' * (len(columns) + 1)}")
    for name in [*sorted(rows.keys() - {"all"}), "all"]:
        print(f"| {name} | {sum(rows[name].values())} | {' | '.join(str(rows[name][c] or '-') for c in columns)} |")


def summary(results, outdated):
    print_table("operator", results, "operator")
    print_table("part", [{**r, "part": r["file"].split("/")[0]} for r in results], "part")
    print_table("network", results, "network")
    alone = [{**r, "catcher": r["alone"]} for r in results if r.get("alone")]
    if alone:
        print("\nMutants of plans, had there been no verifier:")
        print_table("operator", alone, "operator")
    faults = collections.Counter(r["fault"] for r in results if r["catcher"] == "simulator")
    print("\nfaults of the simulator:", ", ".join(f"{name} {count}" for name, count in faults.most_common()))
    survivors = [r for r in results if r["catcher"] == "survived"]
    for r in survivors:
        change = f"{squeezed(r['before'])}  ->  {squeezed(r['after'])}"
        print(f"survived: {r['network']} {r['file']}:{r['line']}: {change}  {r['message']}")
    for entry in outdated:
        print(f"out of date: {entry['network']} {entry['file']}: {entry['before']}")
    equivalent = sum(r["catcher"] == "equivalent" for r in results)
    counted = len(results) - equivalent
    print(f"{counted - len(survivors)} of {counted} mutants caught; {equivalent} more are equivalent")
    return bool(survivors or outdated)
