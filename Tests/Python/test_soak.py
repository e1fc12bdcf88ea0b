"""Twenty seconds of `soak`; `scripts/soak SECONDS` runs it for longer."""

import random

import soak


def test_random_faults_on_both_sides_lose_nothing_and_leak_nothing(tmp_path):
    result = soak.run(20, random.randrange(1 << 32), tmp_path)
    assert not result.wrong, result.wrong[:5]
    assert result.number > 500
    # Were the load to come to nothing but errors, little would have been tried.
    assert result.outcomes["whole 200"] > result.number / 4
