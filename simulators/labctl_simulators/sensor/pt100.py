"""An industrial platinum resistance thermometer of 100 Ω: the standard curve and a deviation within its class."""

from labctl_simulators.thermal.curves import Curve, platinum
from labctl_simulators.thermal.sensors import Resistive


class Pt100(Resistive, model="Pt100"):
    """IEC 60751, class B where nothing else is said."""

    def curve(self) -> Curve:
        """Return the standard curve, or that of the constants that are given for it."""
        return platinum(
            self.figure("R_0", 100.0),
            self.figure("A", 3.9083e-3),
            self.figure("B", -5.775e-7),
            self.figure("C", -4.183e-12),
        )
