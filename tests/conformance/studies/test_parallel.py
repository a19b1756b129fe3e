"""Work shared among processes."""

from __future__ import annotations

import weakref

import numpy as np

from conformance.studies.parallel import map_parallel


def test_every_part_is_done_and_no_result_is_kept_that_was_dealt_with():
    places, results, most = set(), [], 0
    for place, result in map_parallel(np.ones, [3] * 20, 2):
        places.add(place)
        assert result.tolist() == [1.0] * 3
        results.append(weakref.ref(result))
        del result
        most = max(most, sum(each() is not None for each in results))
    assert places == set(range(20))
    assert most <= 2
