# SPDX-License-Identifier: GPL-2.0-or-later
"""What Zabbix knows of a host, by its API and its pages."""

import http.cookiejar
import json
import struct
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from dataclasses import dataclass
from typing import Any, Callable, Iterable, Optional

from processes import wait_until

PATIENCE = 60.0
Answer = Any

_UPDATE = {"createMissing": True, "updateExisting": True}
_WHOLE = {**_UPDATE, "deleteMissing": True}
IMPORT_RULES = {
    "groups": _UPDATE,
    "templates": _UPDATE,
    **{each: _WHOLE for each in ("items", "discoveryRules", "triggers", "graphs", "valueMaps",
                                 "templateDashboards")},
}  # fmt: skip


class Api:
    """Zabbix' API, logged in as its first user, and the pages as the same."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._token: Optional[str] = None
        self._pages: Optional[urllib.request.OpenerDirector] = None
        wait_until(self._is_there, "the frontend answers", PATIENCE)
        self._token = self("user.login", username="Admin", password="zabbix")

    def _is_there(self) -> bool:
        try:
            return bool(self.call("apiinfo.version", []))
        except (OSError, ValueError):
            return False

    def call(self, method: str, parameters: Any) -> Answer:
        request = {"jsonrpc": "2.0", "method": method, "params": parameters, "id": 1}
        if self._token is not None and method != "apiinfo.version":
            request["auth"] = self._token
        asked = urllib.request.Request(
            self.url + "/api_jsonrpc.php",
            json.dumps(request).encode(),
            {"Content-Type": "application/json-rpc"},
        )
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            answered = json.load(answer)
        assert "error" not in answered, f"{method}: {answered['error']}"
        return answered["result"]

    def __call__(self, method: str, **parameters: Any) -> Answer:
        return self.call(method, parameters)

    def import_template(self, text: str) -> None:
        self("configuration.import", format="yaml", rules=IMPORT_RULES, source=text)

    def page(self, path: str) -> bytes:
        if self._pages is None:
            cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
            self._pages = urllib.request.build_opener(cookies)
            form = {"name": "Admin", "password": "zabbix", "enter": "Sign in"}
            self._pages.open(
                self.url + "/index.php", urllib.parse.urlencode(form).encode(), PATIENCE
            ).read()
        with self._pages.open(self.url + path, timeout=PATIENCE) as answer:
            return bytes(answer.read())

    def graph_size(self, graph: str, width: int, height: int) -> tuple[int, int]:
        """Width and height of the image that is drawn; an error is an image of a line."""
        png = self.page(
            f"/chart2.php?graphid={graph}&from=now-15m&to=now&width={width}&height={height}"
            "&profileIdx=web.charts.filter"
        )
        assert png.startswith(b"\x89PNG"), png[:200]
        wide, high = struct.unpack(">II", png[16:24])
        return wide, high


@dataclass
class Value:
    time: int
    value: Any


class Host:
    """A host with the template."""

    def __init__(self, api: Api, name: str, port: int, template: str, **macros: str) -> None:
        self._api = api
        self.name = name
        groups = api("hostgroup.get", filter={"name": "Checks"})
        if not groups:
            groups = [{"groupid": api("hostgroup.create", name="Checks")["groupids"][0]}]
        snmp = {"type": 2, "main": 1, "useip": 1, "ip": "127.0.0.1", "dns": "", "port": str(port),
                "details": {"version": 2, "bulk": 1, "community": "public"}}  # fmt: skip
        templates = api("template.get", filter={"host": template})
        self.id = api(
            "host.create",
            host=name,
            groups=[{"groupid": groups[0]["groupid"]}],
            templates=[{"templateid": templates[0]["templateid"]}],
            interfaces=[snmp],
            macros=[{"macro": f"{{$CHECKD.{macro.replace('__', '.')}}}", "value": value}
                    for macro, value in macros.items()],
        )["hostids"][0]  # fmt: skip

    def items(self) -> dict[str, Answer]:
        """By their keys."""
        fields = ["itemid", "key_", "name", "type", "value_type", "state", "error"]
        fields += ["lastvalue", "lastclock"]
        found = self._api("item.get", hostids=self.id, output=fields)
        return {each["key_"]: each for each in found}

    def wait_for_item(self, key: str, patience: float = PATIENCE) -> Answer:
        return wait_until(lambda: self.items().get(key), f"{self.name} has {key}", patience, 0.3)

    def wait_for_value(self, key: str, value: Any, patience: float = PATIENCE) -> Answer:
        """Waits until the item's last value is this one."""
        last: dict[str, Any] = {}

        def is_so() -> bool:
            last.clear()
            last.update(self.items().get(key, {}))
            return last.get("lastclock", "0") != "0" and same(last["lastvalue"], value)

        try:
            wait_until(is_so, f"{self.name}: {key} is {value}", patience, 0.2)
        except AssertionError as error:
            raise AssertionError(f"{error}; it is {last}") from None
        return last

    def history(self, key: str) -> list[Value]:
        """All values of the item, the oldest first."""
        item = self.items()[key]
        found = self._api(
            "history.get", itemids=item["itemid"], history=item["value_type"],
            sortfield="clock", sortorder="ASC",
        )  # fmt: skip
        found.sort(key=lambda each: (int(each["clock"]), int(each["ns"])))
        return [Value(int(each["clock"]), each["value"]) for each in found]

    def poll_now(self) -> None:
        """Has all rules and items polled that would be later."""
        rules = self._api("discoveryrule.get", hostids=self.id, output=["itemid"])
        ids = [each["itemid"] for each in rules]
        ids += [each["itemid"] for each in self.items().values() if each["type"] == "20"]
        self._api.call("task.create", [{"type": 6, "request": {"itemid": one}} for one in ids])

    def poll_until(self, is_so: Callable[[], bool], what: str) -> None:
        """Has everything polled again and again, for a host that does it hardly ever."""

        def is_so_now() -> bool:
            if not is_so():
                self.poll_now()
            return is_so()

        wait_until(is_so_now, f"{self.name}: {what}", PATIENCE, 1)

    def has_polled(self, keys: Iterable[str]) -> bool:
        items = self.items()
        return all(items.get(key, {"lastclock": "0"})["lastclock"] != "0" for key in keys)

    def problems(self) -> set[str]:
        """The names of those that are open."""
        found = self._api("problem.get", hostids=self.id, output=["name"])
        return {each["name"] for each in found}

    def wait_for_problems(self, wanted: set[str], patience: float = PATIENCE) -> None:
        last: set[str] = set()

        def is_so() -> bool:
            last.clear()
            last.update(self.problems())
            return last == wanted

        try:
            wait_until(is_so, f"{self.name} has the problems {wanted}", patience, 0.2)
        except AssertionError as error:
            raise AssertionError(f"{error}; it has {last}") from None

    def raised(self) -> "Counter[str]":
        """How often each problem was ever raised."""
        found = self._api("event.get", hostids=self.id, source=0, object=0, value=1, output=["name"])
        return Counter(each["name"] for each in found)

    def cleared(self) -> "Counter[str]":
        found = self._api(
            "event.get", hostids=self.id, source=0, object=0, value=1, output=["name", "r_eventid"]
        )
        return Counter(each["name"] for each in found if each["r_eventid"] != "0")

    def graphs(self) -> dict[str, str]:
        found = self._api("graph.get", hostids=self.id, output=["graphid", "name"])
        return {each["name"]: each["graphid"] for each in found}


def same(value: str, wanted: Any) -> bool:
    return value == wanted if isinstance(wanted, str) else float(value) == wanted
