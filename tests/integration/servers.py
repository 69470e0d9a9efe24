# SPDX-License-Identifier: GPL-2.0-or-later
"""Real servers for the probes to look at: nginx with and without TLS, dnsmasq, plain sockets."""

import os
import signal
import socket
import subprocess
import threading
from pathlib import Path
from typing import Optional

from processes import Process, children_of, is_alive, wait_until
from testbed import Site

_CA_CONFIG = """
[ca]
default_ca = test
[test]
dir = {folder}
database = {folder}/index.txt
serial = {folder}/serial
new_certs_dir = {folder}
default_md = sha256
policy = any
email_in_dn = no
rand_serial = yes
unique_subject = no
copy_extensions = copy
[any]
commonName = supplied
"""


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=60)


class Authority:
    """A certificate authority, whose word only those take who are told of its file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        folder.chmod(0o755)
        self.file = folder / "ca.pem"
        self._config = folder / "ca.cnf"
        self._config.write_text(_CA_CONFIG.format(folder=folder))
        (folder / "index.txt").touch()
        _openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", str(folder / "ca.key"), "-out", str(self.file), "-days", "30",
            "-subj", "/CN=test authority",
        )  # fmt: skip

    def issue(self, name: str, names: str, start: str = "", end: str = "") -> tuple[Path, Path]:
        """A certificate and its key; names as subjectAltName has them, times as openssl ca."""
        key, request = self._folder / f"{name}.key", self._folder / f"{name}.csr"
        certificate = self._folder / f"{name}.pem"
        _openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", str(key), "-out", str(request), "-subj", f"/CN={name}",
            "-addext", f"subjectAltName={names}",
        )  # fmt: skip
        times = ["-startdate", start, "-enddate", end] if start else ["-days", "10"]
        _openssl(
            "ca", "-batch", "-notext", "-config", str(self._config), "-cert", str(self.file),
            "-keyfile", str(self._folder / "ca.key"), "-in", str(request),
            "-out", str(certificate), *times,
        )  # fmt: skip
        return certificate, key


class Nginx:
    """nginx with one port without TLS, and one for each certificate."""

    def __init__(self, site: Site, certificates: dict[str, tuple[Path, Path]]) -> None:
        self.port = site.take_port()
        self.tls_ports = {name: site.take_port() for name in certificates}
        folder = site.folder / "nginx"
        folder.mkdir()
        self._folder = folder
        self.socket = folder / "nginx.sock"
        self.pid_file = folder / "pid"
        blocks = [f"listen 127.0.0.1:{self.port}; listen [::1]:{self.port};"]
        if not _has_ip6():
            blocks = [f"listen 127.0.0.1:{self.port};"]
        blocks[0] += f" listen unix:{self.socket};"
        blocks += [
            f"listen 127.0.0.1:{self.tls_ports[name]} ssl; ssl_certificate {certificate};"
            f" ssl_certificate_key {key};"
            for name, (certificate, key) in certificates.items()
        ]
        servers = "\n".join(f"server {{ {block} {_LOCATIONS} }}" for block in blocks)
        config = folder / "nginx.conf"
        user = "user root;" if os.geteuid() == 0 else ""
        config.write_text(
            f"daemon off; {user} pid {folder}/pid; error_log {folder}/error.log;\n"
            "events { worker_connections 512; }\n"
            f"http {{ access_log {folder}/access.log; client_body_temp_path {folder}/body;\n"
            f"proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;\n"
            f"uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;\n{servers} }}\n"
        )
        self.start()

    def start(self) -> None:
        self.socket.unlink(missing_ok=True)
        self._process = Process(
            ["nginx", "-p", str(self._folder), "-c", str(self._folder / "nginx.conf")]
            + ["-e", str(self._folder / "error.log")],
            self._folder, {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, [],
        )  # fmt: skip
        wait_until(lambda: _accepts(self.port), "nginx listens")

    def stop(self) -> None:
        self._process.stop()

    def kill(self) -> None:
        """The master, and only when that is gone its workers, who serve nobody meanwhile."""
        workers = children_of(self._process.pid)
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for worker in workers:
                os.kill(worker, number)
            self._process.kill()
        wait_until(lambda: not any(map(is_alive, workers)), "nginx's workers have ended")


_LOCATIONS = """
location = / { default_type text/plain; return 200 "All is well\\n"; }
location = /health { default_type text/plain; return 200 "ok\\n"; }
location = /fails { return 503; }
location = /away { return 302 /; }
location = /loop { return 302 /loop; }
location = /post { if ($request_method != POST) { return 405; } return 200 "posted\\n"; }
location = /header { if ($http_x_test != yes) { return 403; } return 200 "header\\n"; }
"""


def _has_ip6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Dnsmasq:
    """A DNS server that knows a few names and asks nobody."""

    def __init__(self, site: Site) -> None:
        self.port = site.take_port()
        self._process = Process(
            [
                "dnsmasq", "--keep-in-foreground", f"--port={self.port}", "--no-resolv",
                "--no-hosts", "--listen-address=127.0.0.1", "--bind-interfaces",
                "--conf-file=/dev/null", "--pid-file", "--user=" if os.geteuid() else "--user=root",
                "--local=/test/", "--host-record=www.test,192.0.2.7", "--host-record=six.test,::7",
                "--cname=alias.test,www.test", "--mx-host=mail.test,mx.test,10",
                "--txt-record=text.test,hello world", "--srv-host=_sip._tcp.test,sip.test,5060,1",
                "--ptr-record=7.2.0.192.in-addr.arpa,www.test",
                "--auth-zone=zone.test", "--auth-server=ns.test", "--dns-loop-detect",
            ],
            site.folder, {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, [],
        )  # fmt: skip
        wait_until(lambda: _accepts(self.port), "dnsmasq listens")

    def stop(self) -> None:
        self._process.stop()


class Listener:
    """A port that takes connections, says a greeting or nothing, and listens."""

    def __init__(self, port: int, greeting: Optional[bytes] = None) -> None:
        self._socket = socket.create_server(("127.0.0.1", port), backlog=64)
        self._greeting = greeting
        self._kept: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            if self._greeting is not None:
                connection.sendall(self._greeting)
            self._kept.append(connection)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in self._kept:
            connection.close()
