"""Thermocouples of every type that IEC 60584 has: the reference function and wires that are not alike everywhere."""

from labctl_simulators.thermal.sensors import Thermoelectric


class ThermocoupleA(Thermoelectric, model="thermocouple A"):
    """Tungsten with 5 % rhenium, and with 20 %."""

    kind = "A"


class ThermocoupleB(Thermoelectric, model="thermocouple B"):
    """Platinum with 30 % rhodium, and with 6 %."""

    kind = "B"
    inhomogeneity = 1e-6


class ThermocoupleC(Thermoelectric, model="thermocouple C"):
    """Tungsten with 5 % rhenium, and with 26 %."""

    kind = "C"


class ThermocoupleE(Thermoelectric, model="thermocouple E"):
    """Chromel and constantan."""

    kind = "E"


class ThermocoupleJ(Thermoelectric, model="thermocouple J"):
    """Iron and constantan."""

    kind = "J"


class ThermocoupleK(Thermoelectric, model="thermocouple K"):
    """Chromel and alumel."""

    kind = "K"


class ThermocoupleN(Thermoelectric, model="thermocouple N"):
    """Nicrosil and nisil."""

    kind = "N"


class ThermocoupleR(Thermoelectric, model="thermocouple R"):
    """Platinum with 13 % rhodium, and platinum."""

    kind = "R"
    inhomogeneity = 1e-6


class ThermocoupleS(Thermoelectric, model="thermocouple S"):
    """Platinum with 10 % rhodium, and platinum."""

    kind = "S"
    inhomogeneity = 1e-6


class ThermocoupleT(Thermoelectric, model="thermocouple T"):
    """Copper and constantan."""

    kind = "T"


class Thermocouple(Thermoelectric, model="thermocouple"):
    """A thermocouple of the commonest type, K."""
