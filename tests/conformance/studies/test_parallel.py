"""Work shared among processes."""

from __future__ import annotations

import subprocess
import sys
import time
import weakref

import numpy as np
import psutil
import pytest

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


KILLED = """
import time
from conformance.studies.parallel import map_parallel

if __name__ == "__main__":
    list(map_parallel(time.sleep, [600.0, 600.0], 2))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="there the system ends them")
def test_processes_die_with_the_one_that_began_them(tmp_path):
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    process = subprocess.Popen([sys.executable, str(script)])
    end = time.monotonic() + 60
    begun = []
    while len(begun) < 3 and time.monotonic() < end:  # two, and multiprocessing's tracker
        begun = psutil.Process(process.pid).children(recursive=True)
        time.sleep(0.1)
    assert len(begun) >= 3
    process.kill()
    process.wait()
    assert not psutil.wait_procs(begun, timeout=10)[1]
