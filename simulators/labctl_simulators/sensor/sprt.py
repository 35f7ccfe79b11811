"""A standard platinum resistance thermometer: ITS-90's reference function and a deviation of its own."""

from typing import Final

from labctl_simulators.thermal.curves import Curve, standard_platinum
from labctl_simulators.thermal.sensors import Resistive

R_TP: Final = 25.49872  # Ω at the triple point of water
A: Final = -1.8e-4
B: Final = -6e-6


class Sprt(Resistive, model="SPRT"):
    """Its certificate states the resistance at the triple point of water, a and b."""

    time_constant = 8.0
    stem = 25.0
    self_heating = 0.08  # 2 mK at 1 mA

    def curve(self) -> Curve:
        """Return the curve of its certificate."""
        return standard_platinum(self.figure("R_tp", R_TP), self.figure("a", A), self.figure("b", B))

    def usual(self, t: float) -> float:
        """Return the half-width in kelvins of its error where no record says it: a good one's."""
        return 0.002 + 1e-5 * abs(t)
