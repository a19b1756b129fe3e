"""``conformance list``: the layers, aspects, forms and subjects that there are, with counts."""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Sequence

from conformance.judging.planning import plan
from conformance.subjects.roster import built_in


def main(arguments: Sequence[str]) -> int:
    """
    List what the plan is made of.

    Parameters
    ----------
    arguments : sequence of str
        What stands on the command line after the command's name.

    Returns
    -------
    int
        0.
    """
    argparse.ArgumentParser(
        "conformance list", description="List layers, aspects, forms and subjects, with counts."
    ).parse_args(arguments)
    claims = plan(built_in())
    layers = Counter(claim.case.layer for claim in claims)
    cases = defaultdict(set)
    forms = defaultdict(set)
    for claim in claims:
        cases[claim.case.layer].add(claim.case.id)
        for target in claim.targets:
            forms[target.subject].add(target.form)
    width = max(map(len, layers))
    print(f"{'layer':{width}}  cases  claims")
    for layer, count in layers.items():
        print(f"{layer:{width}}  {len(cases[layer]):5}  {count:6}")
    print(f"{'all':{width}}  {sum(map(len, cases.values())):5}  {len(claims):6}\n")
    for title, counts in (
        ("aspect", Counter(claim.aspect for claim in claims)),
        ("dtype", Counter(claim.case.dtype for claim in claims)),
        ("regime", Counter(claim.case.regime for claim in claims)),
    ):
        print(f"{title}: " + ", ".join(f"{name} {count}" for name, count in counts.items()))
    for subject, names in forms.items():
        print(f"forms of {subject}: {', '.join(sorted(names))}")
    return 0
