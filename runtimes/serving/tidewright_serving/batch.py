"""Rows to predict for, as the protocols bring them and as models want them."""

from dataclasses import dataclass
from typing import Any

from .problems import BadRequest

try:
    import numpy
except ImportError:  # a model.py may do without
    numpy = None
try:
    import pandas
except ImportError:
    pandas = None


@dataclass(frozen=True)
class Batch:
    """Rows of equal length.

    columns: the names of the values in a row, when the client gave them
    field: the part of the request that the rows came from, for error messages
    single: the client sent one row without a list around it
    """

    rows: list[Any]
    columns: list[str] | None = None
    field: str = "instances"
    single: bool = False

    @staticmethod
    def of(value: Any, field: str) -> "Batch":
        """From [[1, 2], [3, 4]], [1, 2] (one row), [{"a": 1}], {"a": 1} (one row) or {"a": [1, 3]} (columns)."""
        if isinstance(value, dict):
            return Batch._columns(value, field)
        if not isinstance(value, list):
            raise BadRequest("must be a list of rows", field)
        if not value:
            raise BadRequest("must not be empty", field)
        if all(isinstance(row, dict) for row in value):
            return Batch._records(value, field)
        if all(isinstance(row, list) for row in value):
            return Batch._matrix(value, None, field)
        if any(isinstance(row, (list, dict)) for row in value):
            raise BadRequest("must hold rows of one kind: lists, or objects, or plain values", field)
        return Batch([value], None, field, single=True)

    @staticmethod
    def _matrix(rows: list[list[Any]], columns: list[str] | None, field: str) -> "Batch":
        width = len(columns) if columns is not None else len(rows[0])
        for number, row in enumerate(rows):
            if not isinstance(row, list):
                raise BadRequest(f"row {number} must be a list", field)
            if len(row) != width:
                raise BadRequest(f"row {number} has {len(row)} values, expected {width}", field)
        return Batch(rows, columns, field)

    @staticmethod
    def split(value: Any, field: str) -> "Batch":
        """From {"columns": […], "data": [[…]]}."""
        if not isinstance(value, dict) or not isinstance(value.get("data"), list):
            raise BadRequest('must be an object with "columns" and "data"', field)
        columns = value.get("columns")
        if columns is not None and (not isinstance(columns, list) or len(set(map(str, columns))) != len(columns)):
            raise BadRequest("must be a list of different names", f"{field}.columns")
        if not value["data"]:
            raise BadRequest("must not be empty", f"{field}.data")
        return Batch._matrix(value["data"], None if columns is None else [str(name) for name in columns], f"{field}.data")

    @staticmethod
    def _records(rows: list[dict[str, Any]], field: str) -> "Batch":
        columns = list(rows[0])
        if not columns:
            raise BadRequest("row 0 is empty", field)
        for number, row in enumerate(rows):
            if row.keys() != rows[0].keys():
                different = sorted(set(row) ^ set(columns))[0]
                raise BadRequest(f"row {number} differs from row 0 in {different!r}", field)
        return Batch([[row[name] for name in columns] for row in rows], columns, field)

    @staticmethod
    def _columns(value: dict[str, Any], field: str) -> "Batch":
        if not value:
            raise BadRequest("must not be empty", field)
        if not any(isinstance(column, list) for column in value.values()):
            return Batch([list(value.values())], list(value), field, single=True)
        lengths = {name: len(column) if isinstance(column, list) else None for name, column in value.items()}
        if len(set(lengths.values())) != 1:
            raise BadRequest(f"its columns differ in length: {lengths}", field)
        return Batch([list(row) for row in zip(*value.values())], list(value), field)

    def shaped(self, names: list[str] | None, width: int | None) -> Any:
        """A table for the model: a data frame where names matter and pandas is there, otherwise an array.

        names: what the model was trained with, in its order; width: how many values it wants
        """
        rows, columns = self.rows, self.columns
        if columns is not None and names:
            missing = [name for name in names if name not in columns]
            if missing:
                raise BadRequest(f"misses the feature {', '.join(map(repr, missing[:5]))}; the model wants {', '.join(names)}", self.field)
            order = [columns.index(name) for name in names]
            rows, columns = [[row[at] for at in order] for row in rows], names
        nested = rows and isinstance(rows[0], list) and any(isinstance(item, list) for item in rows[0])
        if width is not None and not nested and len(rows[0]) != width:
            raise BadRequest(f"the model wants {width} values in a row, received {len(rows[0])}", self.field)
        if columns is None and names and len(names) == len(rows[0]):
            columns = names
        if pandas is not None and columns is not None:
            return pandas.DataFrame(rows, columns=columns)
        return self._array(rows)

    def _array(self, rows: list[Any]) -> Any:
        if numpy is None:
            return rows
        try:
            array = numpy.asarray(rows)
        except ValueError:
            raise BadRequest("its rows differ in shape", self.field) from None
        except OverflowError:
            raise BadRequest("has a number that is too large", self.field) from None
        if array.dtype.kind in "USO":
            # Text beside numbers would make everything text; None among numbers means a missing one.
            array = numpy.asarray(rows, dtype=object)
            if all(item is None or isinstance(item, (int, float)) for item in array.flat):
                array = array.astype(float)
        return array

    def plain(self) -> list[Any]:
        """For code of the user's own: rows as the client sent them."""
        if self.columns is None:
            return self.rows
        return [dict(zip(self.columns, row)) for row in self.rows]
