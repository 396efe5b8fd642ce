"""Pictures of devices that nobody has: linked within a report and between two, never because of a scene."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.landscapes import jpeg
from sensor_cast import luma, photograph

from openhotline.errors import BadInput
from openhotline.provenance.sensor import Trace, compare_groups, group_by_sensor, trace
from openhotline.provenance.sensor.correlation import compare
from openhotline.provenance.sensor.groups import _estimates


def picture(camera: int, seed: int, width: int = 768, height: int = 576) -> Trace:
    return trace(luma(photograph(camera, seed, width, height)))


def again(camera: int, seed: int) -> Trace:
    """The same picture, saved again."""
    grey = luma(photograph(camera, seed))
    return trace(luma(jpeg(np.repeat(grey[:, :, None], 3, axis=2), 85)))


def test_a_report_falls_into_its_sensors() -> None:
    order = [(0, 60), (1, 61), (0, 62), (2, 63), (1, 64), (0, 65)]
    found = group_by_sensor([picture(*which) for which in order])
    assert found.groups == ((0, 2, 5), (1, 4))
    assert (found.compared, found.alike, found.left_over) == (15, 0, 0)
    assert len(found.links) == 3
    assert all(link.energy >= 60 and link.false_alarm < 1e-12 for link in found.links)


def test_copies_of_one_picture_are_no_group() -> None:
    found = group_by_sensor([picture(0, 60), again(0, 60), picture(1, 61)])
    assert found.groups == ()
    assert (found.compared, found.alike) == (2, 1)
    assert compare(*(t.values.astype(np.float32) for t in (picture(0, 60), again(0, 60)))).energy > 1000


def test_other_sizes_are_not_compared_and_too_many_are_told() -> None:
    found = group_by_sensor([picture(0, 60), picture(0, 62, 800, 600), picture(0, 65)], most=2)
    assert (found.groups, found.compared, found.left_over) == ((), 0, 1)
    assert group_by_sensor([]).groups == ()


def test_the_quick_estimate_is_near_the_energy() -> None:
    traces = [picture(0, 60), picture(0, 62), picture(0, 65), picture(1, 61)]
    energies, alike = _estimates(traces)
    for i in range(4):
        for j in range(i):
            exact = compare(traces[i].values.astype(np.float32), traces[j].values.astype(np.float32)).energy
            assert energies[i, j] == pytest.approx(exact, rel=0.15, abs=2)
            assert not alike[i, j]


def test_two_reports_of_one_device_are_linked_and_of_two_are_not() -> None:
    first = [picture(0, seed) for seed in (60, 62, 65)]
    same, other = ([picture(camera, seed) for seed in (70, 71, 72)] for camera in (0, 1))
    linked = compare_groups(first, same)
    assert linked.energy > 200
    single = compare(first[0].values.astype(np.float32), same[0].values.astype(np.float32))
    assert linked.energy > single.energy
    assert compare_groups(first, other).energy < 16


def test_two_reports_with_nothing_but_copies_say_nothing() -> None:
    with pytest.raises(BadInput, match="copies of one scene"):
        compare_groups([picture(0, 60)], [again(0, 60)])
    with pytest.raises(BadInput):
        compare_groups([], [picture(0, 60)])


def test_groups_of_different_sizes_are_refused() -> None:
    with pytest.raises(BadInput, match="different dimensions"):
        compare_groups([picture(0, 60)], [picture(0, 62, 800, 600)])
