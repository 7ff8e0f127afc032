# SPDX-License-Identifier: ISC
"""harness_load: clients that fetch without end; as a script, one of them."""
import contextlib
import json
import socket
import ssl
import subprocess
import sys
import threading

from harness_base import bound
from harness_pki import pki
from harness_tls import parse_answers, request


def load_client(order):
    """Fetches until told to stop (end of stdin) and at least order["least"] times.

    Prints the number of fetches now and then, and a summary at the end.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(order["roots"])
    bodies, failures, count = {}, [], 0
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    hosts, address = order["hosts"], tuple(order["address"])
    while not stop.is_set() or count < order["least"]:
        host = hosts[count % len(hosts)]
        count += 1
        if count % 10 == 0:
            print(count, flush=True)
        try:
            with socket.create_connection(address, timeout=order["seconds"]) as sock:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with context.wrap_socket(sock, server_hostname=host) as tls:
                    tls.sendall(request(host))
                    raw = b""
                    while data := tls.recv(65536):
                        raw += data
            (answer,) = parse_answers(raw)
            key = f"{host} {answer.status} {answer.body.decode('latin-1')}"
            bodies[key] = bodies.get(key, 0) + 1
        except (OSError, AssertionError, ValueError) as error:
            failures.append(f"{host}: {type(error).__name__}: {error}")
            if len(failures) > 20:
                break
    json.dump({"count": count, "bodies": bodies, "failures": failures}, sys.stdout)


class LoadClients:
    """Several load clients; stop() ends them and adds up what they saw."""

    def __init__(self, address, hosts, least, processes=2, prefix=(), roots=None):
        order = {
            "address": address,
            "hosts": hosts,
            "least": least // processes + 1,
            "roots": str(roots or pki().root_file()),
            "seconds": bound(20),
        }
        self.counts = [0] * processes
        self.summaries = [None] * processes
        self.processes = []
        self.readers = []
        for number in range(processes):
            process = subprocess.Popen(
                [*prefix, sys.executable, __file__, json.dumps(order)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            reader = threading.Thread(target=self.read, args=(number, process), daemon=True)
            reader.start()
            self.processes.append(process)
            self.readers.append(reader)

    def read(self, number, process):
        for line in process.stdout:
            said = json.loads(line)
            if isinstance(said, int):
                self.counts[number] = said
            else:
                self.summaries[number] = said
        process.stdout.close()

    def count(self):
        """About how many fetches were made so far."""
        return sum(self.counts)

    def running(self):
        return all(process.poll() is None for process in self.processes)

    def stop(self, seconds=90):
        """Returns (count, {"host status body": count}, failures)."""
        count, bodies, failures = 0, {}, []
        for process in self.processes:
            with contextlib.suppress(OSError):
                process.stdin.close()
        for number, process in enumerate(self.processes):
            try:
                process.wait(bound(seconds))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            self.readers[number].join(bound(10))
            seen = self.summaries[number]
            if seen is None:
                failures.append(f"load client {number} ended without a summary")
                continue
            count += seen["count"]
            failures += seen["failures"]
            for key, times in seen["bodies"].items():
                bodies[key] = bodies.get(key, 0) + times
        return count, bodies, failures


if __name__ == "__main__":
    load_client(json.loads(sys.argv[1]))
