"""What the scripts that start the service themselves share: its configuration, and where it listens."""

import contextlib
import http.client
import json
import socket
import subprocess
import sys
import time


def configure(path, seeds, *, log, keys, kek, issuer, access=None, bind="127.0.0.1:0", organisations=None, more=""):
    """Writes a configuration for a demo world without limits of rate, with its organisations unless others are named. Its
    access log is in a file beside it, unless another one or a database is named."""
    access = access or f"{path}.access.db"
    with open(path, "w") as config:
        config.write(f"""
profile = "development"
bind = "{bind}"
development_issuer = "{issuer}"
[log]
url = "{log}"
[access_log]
{"url" if access.startswith("postgres://") else "file"} = "{access}"
[keys]
store = "{keys}"
kek = {{ file = "{kek}" }}
[world]
organisations = "{organisations or f"{seeds}/demo/organisations.json"}"
rights = "{seeds}/rights/2026-1.json"
[limits]
user_per_second = 1000000
user_burst = 1000000
{more}
""")


def free_port():
    """A port for what must have the same one again after it was killed."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def port_of(process, trace, seconds):
    """The port that a service says it listens on, in its traces; None where it ended before it did. A port that it was
    free to choose can be said by nobody else."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        for line in open(trace):
            if '"listening"' in line and line.endswith("\n"):
                return int(json.loads(line)["address"].rsplit(":", 1)[1])
        if process.poll() is not None:
            return None
        time.sleep(0.01)
    process.kill()
    raise RuntimeError(f"the service neither listened nor ended in {seconds} seconds")


def start_demo(binary, data):
    """Starts the demo without limits of rate, and answers its process and port once it is ready."""
    port = free_port()
    command = [binary, "demo", "--port", str(port), "--data", data, "--unlimited", "--no-watch"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    for _ in range(1200):
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == 200:
                return process, port
        time.sleep(0.05)
    sys.exit("the service did not become ready in 60 seconds")
