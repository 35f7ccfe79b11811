"""A function through the points of a calibration."""

import numpy as np
import pytest

from labctl.metrology.fitting.points import through_points


def test_between_its_points_it_is_straight_and_what_they_share_stays() -> None:
    function = through_points([20.0, 0.0, 10.0], [0.4, 0.1, 0.2], covariance=0.01 * np.eye(3) + 0.04)
    assert function.value([0.0, 5.0, 10.0, 17.5, 20.0]) == pytest.approx([0.1, 0.15, 0.2, 0.35, 0.4])
    assert function.u([10.0, 5.0]) == pytest.approx([np.sqrt(0.05), np.sqrt(0.045)])
    assert function.u(5.0, 2.0)[0] == pytest.approx(np.sqrt(0.045 + (0.01 * 2) ** 2))
    assert function.along_y([2.5])[0] == pytest.approx([0.75, 0.25, 0.0])
    assert np.sum(function.along_y(np.linspace(0, 20, 33)), axis=1) == pytest.approx(np.ones(33))


def test_exact_points_are_allowed() -> None:
    assert through_points([1.0, 2.0], [3.0, 5.0]).u([1.5])[0] == 0.0
