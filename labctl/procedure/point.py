"""One point as a section's function sees it: a row of the plan with its columns."""

from attrs import frozen

from labctl.errors import ProcedureError
from labctl.events.kinds import PlannedPoint
from labctl.language import Text
from labctl.metrology.quantity import Quantity


@frozen(kw_only=True)
class Point:
    """One row of the points: `point.nominal`, `point["filling"]`, `point.text("filter")`, `point.count("bursts")`."""

    key: str
    columns: dict[str, Quantity | str | float]

    @classmethod
    def of(cls, planned: PlannedPoint) -> "Point":
        """Return the point of a planned row."""
        return cls(key=planned.key, columns=planned.columns)

    @property
    def nominal(self) -> Quantity:
        """Return the nominal value."""
        return self["nominal"]

    @property
    def range(self) -> Quantity:
        """Return the upper end of the unit's range."""
        return self["range"]

    @property
    def readings(self) -> int:
        """Return how many readings a series has."""
        return self.count("readings")

    def __getitem__(self, column: str) -> Quantity:
        """Return a column that holds a quantity. Raises ProcedureError for another or none."""
        value = self._column(column)
        if not isinstance(value, Quantity):
            raise self._refused(
                column, Text("holds no quantity but {value!r}", zh="不是量而是 {value!r}").filled(value=value)
            )
        return value

    def text(self, column: str) -> str:
        """Return a column that holds words. Raises ProcedureError for another or none."""
        value = self._column(column)
        if not isinstance(value, str):
            raise self._refused(
                column, Text("holds no words but {value}", zh="不是文字而是 {value}").filled(value=value)
            )
        return value

    def count(self, column: str) -> int:
        """Return a column that holds a whole number. Raises ProcedureError for another or none."""
        value = self._column(column)
        if isinstance(value, float | int) and value == int(value):
            return int(value)
        raise self._refused(
            column, Text("holds no whole number but {value}", zh="不是整数而是 {value}").filled(value=value)
        )

    def _column(self, column: str) -> Quantity | str | float:
        if column not in self.columns:
            raise self._refused(column, Text("is no column of the points", zh="不是校准点表的列"))
        return self.columns[column]

    def _refused(self, column: str, problem: Text) -> ProcedureError:
        return ProcedureError(
            where=f"point {self.key}, column {column}",
            problem=problem,
            remedy=Text("Columns are: {known}", zh="现有列：{known}").filled(known=", ".join(self.columns)),
        )
