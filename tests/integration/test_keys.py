# SPDX-License-Identifier: ISC
"""keys: of a private key, only the form in which it is used stays in the server's memory."""
import re
import unittest

import harness
from harness import policy_text, run, server_section

HOST = "mta-sts.example.com"


def writable_memory(pid):
    """All that the process could write to, piece by piece."""
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb") as mem:
        for line in maps:
            match = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if not match or "[v" in line:
                continue
            start, end = (int(word, 16) for word in match.groups())
            mem.seek(start)
            yield mem.read(end - start)


@unittest.skipUnless(harness.as_root(), "only root may read the memory of such a process")
@unittest.skipIf(harness.is_instrumented(), "the wrapper holds copies of its own")
class Keys(harness.TestCase):
    def test_a_key_is_wiped_where_it_was_read_and_parsed(self):
        leaf = harness.pki().leaf(HOST)
        self.write(f"certs/{HOST}.pem", leaf.pem)
        daemon = self.start(
            server_section() + self.defaults_section() + "[example.com]\nmx = mail.example.com\n"
        )
        self.assert_serves(daemon, HOST, policy_text())
        self.write("key.pem", leaf.key)
        der = run(
            *("openssl", "pkey", "-in", self.directory / "key.pem", "-outform", "DER"), errors=None
        ).stdout
        secret = re.search(rb"\x02\x01\x01\x04\x20(.{32})", der, re.S)[1]
        try:
            memory = b"\n".join(writable_memory(daemon.pid))
        except PermissionError as error:
            self.skipTest(f"no look into another process: {error}")
        # As mbedTLS 3 holds it, least significant byte first, or as PSA does: the look does find.
        self.assertTrue(secret[::-1] in memory or secret in memory, "the key in use is not found")
        for line in leaf.key.splitlines()[1:-1]:
            self.assertNotIn(line[:32], memory, "the key's file is still there")
        self.assertNotIn(der, memory, "the key's DER is still there")


if __name__ == "__main__":
    unittest.main()
