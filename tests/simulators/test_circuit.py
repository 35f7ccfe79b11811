"""What a meter sees of a source, by Ohm's law, whatever the two are and however they are wired."""

import math

import pytest

from labctl_simulators.electrics.circuit import (
    CURRENT,
    FOUR_WIRE,
    NOTHING,
    RESISTANCE,
    VOLTAGE,
    Load,
    Presented,
    Seen,
    Wires,
    seen,
)

VOLTS = Presented(VOLTAGE, 10.0, 0.0, 1.0, 0.01)
RIPPLE = Presented(VOLTAGE, 10.0, 1e3, 0.0, 0.01)
AMPERES = Presented(CURRENT, 0.1, 0.0, 0.0, 10.0)
OHMS = Presented(RESISTANCE, 100.0)
VOLTMETER = Load(VOLTAGE, 1e6, 0.1)
AMMETER = Load(CURRENT, 1e10, 10.0)
TWO = Load(RESISTANCE, through=1e-3)
FOUR = Load(FOUR_WIRE, through=1e-3)
LEADS = Wires(0.5, 2e-6)
AT_CURRENT = Wires(0.5, 2e-6, CURRENT)
AT_FOUR = Wires(0.5, 2e-6, FOUR_WIRE)


@pytest.mark.parametrize(
    ("presented", "load", "wires", "expected"),
    [
        (VOLTS, VOLTMETER, LEADS, Seen(10 * 1e6 / (1e6 + 1.5) + 2e-6)),
        (VOLTS, VOLTMETER, LEADS._replace(reversed=True), Seen(-10 * 1e6 / (1e6 + 1.5) + 2e-6)),
        (RIPPLE, VOLTMETER, LEADS, Seen(2e-6, 10 * 1e6 / (1e6 + 0.5), 1e3)),
        (VOLTS, VOLTMETER._replace(ohms=900.0), Wires(), Seen(10 * 900 / 901, strained=True)),  # 11 mA of 10 mA
        (VOLTS, VOLTMETER, AT_CURRENT, Seen(strained=True)),  # across a shunt of 0.1 Ω
        (VOLTS, AMMETER, AT_CURRENT, Seen(0.01, strained=True)),  # 0.87 A wanted
        (VOLTS, AMMETER, LEADS, Seen()),  # the current terminals are open
        (VOLTS, TWO, LEADS, Seen(math.inf)),
        (AMPERES, AMMETER, AT_CURRENT, Seen(0.1)),
        (AMPERES, AMMETER._replace(shunt=100.0), AT_CURRENT, Seen(0.1, strained=True)),  # 10.05 V of 10 V
        (AMPERES, AMMETER._replace(shunt=math.inf), AT_CURRENT, Seen(0.0, strained=True)),  # a blown fuse
        (AMPERES, AMMETER, LEADS, Seen(strained=True)),
        (AMPERES, VOLTMETER, Wires(), Seen(10.0, strained=True)),  # up to its compliance
        (AMPERES, VOLTMETER, AT_CURRENT, Seen()),  # through the shunt, unseen
        (AMPERES, TWO, LEADS, Seen(math.inf, strained=True)),
        (OHMS, TWO, LEADS, Seen(100.5 + 2e-3)),
        (OHMS._replace(compensated=RESISTANCE), TWO, LEADS, Seen(100 + 2e-3)),
        (OHMS._replace(compensated=FOUR_WIRE), TWO, LEADS, Seen(100.5 + 2e-3)),
        (OHMS, FOUR, AT_FOUR, Seen(100 + 2e-3)),
        (OHMS, FOUR, LEADS, Seen(math.inf)),  # the sense terminals are open
        (OHMS, TWO, AT_CURRENT, Seen(math.inf)),
        (OHMS, VOLTMETER, LEADS, Seen(2e-6)),
        (OHMS, AMMETER, AT_CURRENT, Seen()),
        (Presented(NOTHING), TWO, LEADS, Seen(math.inf)),
        (Presented(NOTHING), VOLTMETER, LEADS, Seen(2e-6)),
    ],
)
def test_what_a_meter_sees(presented: Presented, load: Load, wires: Wires, expected: Seen) -> None:
    found = seen(presented, load, wires)
    assert found.direct == pytest.approx(expected.direct, abs=1e-12)
    assert found.alternating == pytest.approx(expected.alternating, abs=1e-12)
    assert (found.hertz, found.strained) == (expected.hertz, expected.strained)
