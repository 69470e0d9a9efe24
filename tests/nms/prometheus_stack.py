# SPDX-License-Identifier: GPL-2.0-or-later
"""snmp_exporter and Prometheus with the files that are installed for them."""

import json
import re
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any, Optional

import yaml

from processes import PATIENCE, Process, wait_until
from testbed import BUILD, SOURCE, Site

FILES = SOURCE / "conf" / "prometheus"
BUILT = BUILD / "conf" / "prometheus"
RULES = FILES / "checkd-rules.yml"

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}

# A scrape of a sanitized checkd takes a while on a busy machine.
SCRAPE_INTERVAL = "2s"

Sample = tuple[dict[str, str], float]


class Prometheus:
    """Prometheus, the exporter that it asks, and its answers; the first target is the site's."""

    def __init__(self, site: Site) -> None:
        self.folder = site.folder / "prometheus"
        self.folder.mkdir()
        self.target = site.client.address.removeprefix("udp:")
        self.dead_target = f"127.0.0.1:{site.take_port()}"
        exporter_port, port = site.take_port(), site.take_port()
        self.exporter = Process(
            ["prometheus-snmp-exporter", f"--config.file={BUILT / 'snmp-0.21.yml'}",
             f"--web.listen-address=127.0.0.1:{exporter_port}"],
            site.folder, ENVIRONMENT,
        )  # fmt: skip
        config = self._write_config(f"127.0.0.1:{exporter_port}")
        self.url = f"http://127.0.0.1:{port}"
        self.process = Process(
            ["prometheus", f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}",
             f"--storage.tsdb.path={self.folder / 'data'}"],
            site.folder, ENVIRONMENT,
        )  # fmt: skip
        wait_until(self._is_ready, "Prometheus is ready")

    def _write_config(self, exporter: str) -> Path:
        """scrape.yml as it is, but for its capitals and the pace, and the rules likewise."""
        text = (FILES / "scrape.yml").read_text().replace("EXPORTER:9116", exporter)
        config = yaml.safe_load(text)
        checkd = config["scrape_configs"][0]
        checkd["static_configs"] = [{"targets": [self.target, self.dead_target]}]
        pace = {"scrape_interval": SCRAPE_INTERVAL, "scrape_timeout": SCRAPE_INTERVAL}
        config["global"] = {**pace, "evaluation_interval": "1s"}
        rules = self.folder / RULES.name
        rules.write_text(re.sub(r"for: \d+m", "for: 5s", RULES.read_text()))
        config["rule_files"] = [str(rules)]
        file = self.folder / "prometheus.yml"
        file.write_text(json.dumps(config))
        return file

    def stop(self) -> None:
        self.process.stop()
        self.exporter.stop()

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def ask(self, path: str, **arguments: str) -> Any:
        """The data of an answer of the HTTP API."""
        url = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(arguments)}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{arguments}: {error.read().decode()}") from None

    def query(self, expression: str) -> list[Sample]:
        result = self.ask("query", query=expression)["result"]
        return [(each["metric"], float(each["value"][1])) for each in result]

    def value(self, expression: str) -> Optional[float]:
        """The value of the one series that there is, or None."""
        samples = self.query(expression)
        assert len(samples) <= 1, samples
        return samples[0][1] if samples else None

    def wait_for(self, expression: str, wanted: Optional[float], patience: float = 30) -> None:
        wait_until(
            lambda: self.value(expression) == wanted, f"{expression} is {wanted}", patience, 0.2
        )

    def firing(self) -> set[tuple[str, str]]:
        """The alerts of the site's host that fire: their names and their checks'."""
        selector = f'ALERTS{{alertstate="firing",instance="{self.target}"}}'
        return {
            (labels["alertname"], labels.get("checkName", ""))
            for labels, _ in self.query(selector)
        }

    def wait_for_alerts(self, *wanted: tuple[str, str], patience: float = 30) -> None:
        last: set[tuple[str, str]] = set()

        def is_so() -> bool:
            last.clear()
            last.update(self.firing())
            return last == set(wanted)

        try:
            wait_until(is_so, f"the alerts are {wanted}", patience, 0.2)
        except AssertionError as error:
            raise AssertionError(f"{error}; they are {last}") from None

    def episodes(self, start: float, end: float) -> dict[tuple[str, str, str], int]:
        """How often each alert of each target began to fire in that time."""
        result = self.ask(
            "query_range", query='ALERTS{alertstate="firing"}', start=str(start), end=str(end),
            step="1s",
        )["result"]  # fmt: skip
        counts = {}
        for series in result:
            labels = series["metric"]
            times = [time for time, _ in series["values"]]
            gaps = sum(1 for a, b in zip(times, times[1:]) if b - a > 1.5)
            key = (labels["alertname"], labels.get("checkName", ""), labels["instance"])
            counts[key] = gaps + 1
        return counts


def run_generator(folder: Path, mib_folders: list[Path]) -> Any:
    """What Debian's generator makes of generator-0.21.yml and our MIB."""
    folder.mkdir(exist_ok=True)
    shutil.copy(FILES / "generator-0.21.yml", folder / "generator.yml")
    environment = {**ENVIRONMENT, "MIBDIRS": ":".join(map(str, mib_folders)), "MIBS": "CHECKD-MIB"}
    subprocess.run(
        ["prometheus-snmp-generator", "--fail-on-parse-errors", "generate"],
        cwd=folder, env=environment, check=True, timeout=PATIENCE, capture_output=True,
    )  # fmt: skip
    return yaml.safe_load((folder / "snmp.yml").read_text())
