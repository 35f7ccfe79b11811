"""A thermistor thermometer: ten kilohms at 25 °C, falling."""

from labctl_simulators.thermal.curves import Curve, thermistor
from labctl_simulators.thermal.sensors import Resistive


class Thermistor(Resistive, model="thermistor"):
    """Its curve is Steinhart and Hart's."""

    time_constant = 4.0
    stem = 12.0
    self_heating = 1.0  # K/mW
    current = 0.002

    def curve(self) -> Curve:
        """Return the curve of its type."""
        return thermistor(self.figure("R_25", 10_000.0), self.figure("B", 3435.0))

    def usual(self, t: float) -> float:
        """Return the half-width in kelvins of its error where no record says it: an interchangeable one's."""
        return 0.05 + 0.0005 * abs(t - 25.0)
