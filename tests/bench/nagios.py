# SPDX-License-Identifier: GPL-2.0-or-later
"""Nagios Core 4 with one command for many services, as lean as its manual makes it.

No notifications, no environment, no perfdata, no broker, tweaks for large installations. How
many checks its workers have finished is what it tells by its query socket.
"""

import os
import re
import signal
import socket
import time
from pathlib import Path

from bench import cpu_seconds
from processes import Process, wait_until

PROGRAM = "nagios4"
STATISTICS = b"@wproc wpstats"
WORKERS = 4  # what it takes by itself for two cores

SETTINGS = """\
log_file={folder}/nagios.log
cfg_file={folder}/objects.cfg
object_cache_file={folder}/objects.cache
precached_object_file={folder}/objects.precache
status_file={folder}/status.dat
state_retention_file={folder}/retention.dat
check_result_path={folder}/results
command_file={folder}/nagios.cmd
query_socket={folder}/nagios.qh
lock_file={folder}/nagios.pid
temp_file={folder}/nagios.tmp
temp_path={folder}
nagios_user={user}
nagios_group={user}
check_for_updates=0
check_external_commands=0
retain_state_information=0
use_syslog=0
log_initial_states=0
service_inter_check_delay_method=s
service_interleave_factor=s
max_service_check_spread=1
max_concurrent_checks=0
check_result_reaper_frequency=1
interval_length=1
check_workers={workers}
status_update_interval=60
execute_host_checks=0
enable_notifications=0
enable_event_handlers=0
enable_flap_detection=0
check_service_freshness=0
process_performance_data=0
use_large_installation_tweaks=1
enable_environment_macros=0
event_broker_options=0
"""

OBJECTS = """\
define command {{
	command_name run
	command_line {command}
}}
define timeperiod {{
	timeperiod_name always
	alias always
	{days}
}}
define contact {{
	contact_name nobody
	host_notification_period always
	service_notification_period always
	host_notification_commands run
	service_notification_commands run
}}
define contactgroup {{
	contactgroup_name nobodies
	alias nobodies
	members nobody
}}
define host {{
	host_name host
	address 127.0.0.1
	max_check_attempts 1
	check_period always
	notification_period always
	active_checks_enabled 0
	contact_groups nobodies
}}
"""

SERVICE = """\
define service {{
	host_name host
	service_description service {number}
	check_command run
	check_period always
	notification_period always
	check_interval 1
	retry_interval 1
	max_check_attempts 1
	contact_groups nobodies
}}
"""

DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")


class Nagios:
    """One that runs each service once a second, or as often as it can."""

    def __init__(self, folder: Path, command: str, services: int) -> None:
        self._socket = folder / "nagios.qh"
        folder.mkdir()
        (folder / "results").mkdir()
        settings = folder / "nagios.cfg"
        settings.write_text(SETTINGS.format(folder=folder, user=folder.owner(), workers=WORKERS))
        days = "\n\t".join(f"{day} 00:00-24:00" for day in DAYS)
        objects = OBJECTS.format(command=command, days=days)
        objects += "".join(SERVICE.format(number=number) for number in range(services))
        (folder / "objects.cfg").write_text(objects)
        path = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        self._process = Process([PROGRAM, str(settings)], folder, path)
        wait_until(self._socket.exists, "nagios has its query socket", 60)
        wait_until(lambda: self.finished() > 0, "nagios has run a check", 60)
        self._pids = [self._process.pid, *self._workers()]
        self.pause()

    def _ask(self, question: bytes) -> str:
        """The answer is a line for each worker, and has no other end."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(10)
            client.connect(str(self._socket))
            client.send(question + b"\0")
            answer = b""
            while answer.count(b"\n") < WORKERS:
                answer += client.recv(65536)
            return answer.decode()

    def _workers(self) -> list[int]:
        return [int(pid) for pid in re.findall(r";pid=(\d+);", self._ask(STATISTICS))]

    def pause(self) -> None:
        for pid in self._pids:
            os.kill(pid, signal.SIGSTOP)

    def resume(self) -> None:
        for pid in self._pids:
            os.kill(pid, signal.SIGCONT)

    def finished(self) -> int:
        """How many checks all workers have finished."""
        counts = re.findall(r"jobs_running=(\d+);jobs_started=(\d+)", self._ask(STATISTICS))
        return sum(int(started) - int(running) for running, started in counts)

    def measure(self, seconds: float) -> tuple[float, float]:
        """Checks a second, and seconds of CPU a check in its core and its workers."""
        began, runs, cpu = time.monotonic(), self.finished(), self._cpu()
        time.sleep(seconds)
        runs, duration = self.finished() - runs, time.monotonic() - began
        return runs / duration, (self._cpu() - cpu) / runs

    def _cpu(self) -> float:
        return sum(map(cpu_seconds, self._pids))

    def stop(self) -> None:
        self.resume()
        self._process.stop(patience=60)
