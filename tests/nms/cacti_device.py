# SPDX-License-Identifier: GPL-2.0-or-later
"""A device that Cacti polls: what was found on it, its graphs, and the values it has kept."""

import math
import subprocess
from pathlib import Path

from cacti_system import Cacti, CactiError

# By which field the rows of a query are told apart.
FIELDS = {
    "checkd - Checks": "checkName",
    "checkd - Groups": "checkGroupName",
    "checkd - Metrics": "checkMetricKey",
    "checkd - Agent": "checkAgentRow",
}

Row = dict[str, float]


class Device:
    def __init__(self, cacti: Cacti, name: str, address: str) -> None:
        self.cacti = cacti
        self.name = name
        template = cacti.cell("SELECT id FROM host_template WHERE name = 'checkd'")
        host, port = address.rsplit(":", 2)[1:]
        cacti.cli(
            "add_device", f"--description={name}", f"--ip={host}", f"--template={template}",
            "--version=2", "--community=public", f"--port={port}", "--timeout=500",
            "--avail=snmp",
        )  # fmt: skip
        number = cacti.cell(f"SELECT id FROM host WHERE description = '{name}'")
        assert number is not None
        self.number = number

    @property
    def status(self) -> int:
        return int(self.cacti.cell(f"SELECT status FROM host WHERE id = {self.number}") or 0)

    def found(self, field: str) -> set[str]:
        """The values of a field in the rows that Cacti has found."""
        rows = self.cacti.rows(
            "SELECT field_value FROM host_snmp_cache"
            f" WHERE host_id = {self.number} AND field_name = '{field}'"
        )
        return {row[0] for row in rows}

    def add_graphs(self, query: str, pattern: str = ".") -> None:
        """Makes the graphs of a query for the rows whose name matches."""
        kinds = self.cacti.rows(
            "SELECT g.id, g.graph_template_id, q.id FROM snmp_query_graph AS g"
            f" JOIN snmp_query AS q ON q.id = g.snmp_query_id WHERE q.name = '{query}'"
        )
        for kind, template, number in kinds:
            said = self.cacti.cli(
                "add_graphs", "--graph-type=ds", f"--host-id={self.number}",
                f"--graph-template-id={template}", f"--snmp-query-id={number}",
                f"--snmp-query-type-id={kind}", f"--snmp-field={FIELDS[query]}",
                f"--snmp-value-regex={pattern}",
            )  # fmt: skip
            if "Graph Added" not in said:
                raise CactiError(said)

    def graphs(self) -> dict[str, str]:
        """The number of each graph by its title."""
        rows = self.cacti.rows(
            "SELECT t.title_cache, g.id FROM graph_local AS g"
            " JOIN graph_templates_graph AS t ON t.local_graph_id = g.id"
            f" WHERE g.host_id = {self.number}"
        )
        return {title.removeprefix(f"{self.name} - "): number for title, number in rows}

    def file(self, title: str) -> Path:
        """The file of rrdtool behind the graph of that title."""
        path = self.cacti.cell(
            "SELECT t.data_source_path FROM data_template_data AS t"
            " JOIN data_local AS d ON d.id = t.local_data_id"
            f" WHERE d.host_id = {self.number} AND t.name_cache = '{self.name} - {title}'"
        )
        assert path is not None, title
        return Path(path.replace("<path_rra>", str(self.cacti.folder / "rra")))

    def last(self, title: str) -> int:
        """The second of the latest value, or 0 where there is none."""
        file = self.file(title)
        if not file.exists():
            return 0
        return int(subprocess.run(["rrdtool", "last", str(file)], capture_output=True,
                                  check=True).stdout)  # fmt: skip

    def rows(self, title: str, start: int) -> list[tuple[int, Row]]:
        """What is kept of each second behind start, up to the latest value."""
        last = self.last(title)
        return [
            (second, row)
            for second, row in self.cacti.fetch(self.file(title), start, last)
            if start < second <= last
        ]

    def row(self, title: str, second: int = 0) -> Row:
        """What is kept of a second, by default the latest one."""
        at = second or self.last(title)
        return dict(self.rows(title, at - 1))[at]

    def is_unknown(self, title: str) -> bool:
        """Whether the latest values are unknown, all of them."""
        return _are_unknown(self.row(title))

    def knows_nothing_since(self, title: str, start: int) -> bool:
        """Whether nothing is kept of the time behind start, be it that nothing was written."""
        return all(_are_unknown(row) for _, row in self.rows(title, start))


def _are_unknown(row: Row) -> bool:
    return all(math.isnan(value) for value in row.values())
