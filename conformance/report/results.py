"""The records of a check as one object: a short repr, a table, and what people ask of it."""

from __future__ import annotations

import html
from collections import Counter
from typing import Any

from conformance.judging.verdict import Record, Verdict
from conformance.report.json import to_json
from conformance.report.summary import Report
from conformance.report.terminal import render_report


class Results(list[Record]):
    """
    The records of a check; a list of them, with views.

    Examples
    --------
    >>> import conformance
    >>> conformance.check("refimpl.torch", case="softsign-normal-float32", aspect="output")
    <2 records: 2 pass>
    """

    @property
    def report(self) -> Report:
        """The whole run, with its order of columns and rows."""
        subjects = tuple(dict.fromkeys(record.subject for record in self))
        layers = [record.layer for record in self]
        return Report.of(self, subjects=subjects, layers=layers)

    @property
    def healthy(self) -> bool:
        """Whether something passed, and nothing failed, raised or is stale."""
        return self.report.healthy

    @property
    def failures(self) -> Results:
        """What failed, raised, or is stale."""
        return Results(record for record in self if not record.verdict.healthy)

    @property
    def worst(self) -> Record | None:
        """What decides: of the failures, or else of what passed, the one with the largest K."""
        deciding = self.failures or [each for each in self if each.verdict is Verdict.PASS]
        measured = [record for record in deciding if record.k is not None]
        return max(measured or deciding, key=lambda record: record.k or 0.0, default=None)

    def __repr__(self) -> str:
        counts = Counter(record.verdict for record in self)
        shown = ", ".join(f"{counts[each]} {each.value}" for each in Verdict if counts[each])
        return f"<{len(self)} records: {shown}>" if self else "<no records>"

    def __str__(self) -> str:
        """The matrix, as the command prints it."""
        return render_report(self.report, width=100, colour=False) if self else repr(self)

    def to_json(self) -> dict[str, Any]:
        """
        Turn the results into plain JSON values.

        Returns
        -------
        dict
            A report, as `--report-json` writes it.
        """
        return to_json(self.report)

    def to_frame(self) -> Any:
        """
        Turn the results into a table of pandas, which must be installed.

        Returns
        -------
        pandas.DataFrame
            A row for each record.
        """
        import pandas

        rows = [record.to_json() | {"k": record.k} for record in self]
        return pandas.DataFrame(rows)

    def _repr_html_(self) -> str:
        rows = "".join(
            "<tr>"
            + "".join(
                f"<td>{html.escape(text)}</td>"
                for text in (
                    record.verdict.value,
                    f"{record.aspect}/{record.case}-{record.subject}-{record.form}",
                    "" if record.k is None else f"{record.k:.3g}",
                    record.message.partition("\n")[0],
                )
            )
            + "</tr>"
            for record in self.failures[:50]
        )
        more = max(len(self.failures) - 50, 0)
        note = f"<p>… and {more} more</p>" if more else ""
        head = "<tr><th>verdict</th><th>claim</th><th>K</th><th></th></tr>"
        table = f"<table>{head}{rows}</table>{note}" if rows else ""
        return f"<p><b>{html.escape(repr(self).strip('<>'))}</b></p>{table}"
