# SPDX-License-Identifier: GPL-2.0-or-later
"""What a real Zabbix says of checkd's own troubles, and of a check that flaps."""

import mib
from processes import stays_true, wait_until
from zabbix_place import ALWAYS, Place, turn

REJECTED = "checkd's configuration has an error"
BROKEN = "checkd cannot store what it finds"
LOST = "checkd lost notifications"
FLAPPING = {"flapping_start": 50, "flapping_stop": 25}


def expect_once(place: Place, problem: str) -> None:
    for host in (place.quick, place.paged):
        assert host.raised()[problem] == host.cleared()[problem] == 1


def test_a_configuration_that_is_refused_is_told_until_one_is_taken(place: Place) -> None:
    file = place.site.write_config([*place.checks(), {"name": "x y", "command": "true"}])
    place.site.checkd.reload()
    for host in (place.quick, place.paged):
        host.wait_for_problems(ALWAYS | {REJECTED})
    assert "x y" in file.read_text()
    place.site.reload(place.checks())
    for host in (place.quick, place.paged):
        host.wait_for_problems(ALWAYS)
    expect_once(place, REJECTED)


def test_a_check_that_flaps_raises_nothing_until_it_rests(place: Place) -> None:
    quick = place.quick
    lamp = place.site.dial("lamp")
    switch = place.site.folder / "switch"
    switch.mkdir(mode=0o777)
    lamp.turn(f"cd {switch}; rmdir on 2>/dev/null && exit 0; mkdir on; exit 2")
    place.site.reload(place.checks(lamp.check(**FLAPPING)))
    quick.wait_for_value("checkd.check.flapping[lamp]", mib.Truth.TRUE)
    suppression = mib.Suppression.FLAPPING
    for host in (quick, place.paged):
        host.wait_for_value("checkd.check.suppression[lamp]", suppression)

    def raised() -> int:
        return sum(count for name, count in quick.raised().items() if name.startswith("lamp"))

    wait_until(
        lambda: [float(each.value) for each in quick.history("checkd.check.suppression[lamp]")][-3:]
        == [suppression] * 3,
        "no poll from before decides", 30, 0.3,
    )  # fmt: skip
    before = raised()
    stays_true(lambda: raised() == before, "a change raises nothing", 5)
    lamp.turn("exit 1")
    for host in (quick, place.paged):
        host.wait_for_problems(ALWAYS | {"lamp: warning"})
    lamp.turn("exit 0")
    for host in (quick, place.paged):
        host.wait_for_problems(ALWAYS)
    place.site.reload(place.checks())


def test_a_store_that_fails_and_the_events_it_lost_are_told(place: Place) -> None:
    hosts = (place.quick, place.paged)
    turn(place, "stored", 2)
    for host in hosts:
        host.wait_for_problems(ALWAYS | {"stored: critical"})
    place.shim.fail_disk()
    turn(place, "stored", 1)
    for host in hosts:
        host.wait_for_problems(ALWAYS | {"stored: warning", BROKEN})
    place.site.checkd.kill()
    place.shim.heal_disk()
    turn(place, "stored", 0)
    place.site.start_anew(place.checks())
    for host in hosts:
        wait_until(lambda: host.raised()[LOST] == 1, "the loss is told", 60, 0.3)
        host.wait_for_problems(ALWAYS, 90)
    for problem in (BROKEN, LOST):
        expect_once(place, problem)
