# SPDX-License-Identifier: ISC
"""Every example that we show is loaded, and the demonstration runs."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.path.abspath(os.environ.get("MTA_STSD", "./mta-stsd"))
MANUAL = SOURCE / "doc" / "mta-stsd.ini.5"
DAEMON_MANUAL = SOURCE / "doc" / "mta-stsd.8"
README = SOURCE / "README.md"
COMMENTED = SOURCE / "etc" / "mta-stsd.ini"


def manual_blocks(page=MANUAL):
    """The literal displays of the manual page, as roff shows them."""
    for block in re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed$", page.read_text(), re.M | re.S):
        yield block.replace("\\e", "\\").replace("\\&", "")


def manual_examples():
    return [block for block in manual_blocks() if block.startswith("[")]


def manual_lists():
    return [block for block in manual_blocks() if block.startswith("# name")]


def readme_examples():
    return re.findall(r"^```ini\n(.*?)^```$", README.read_text(), re.M | re.S)


def uncommented(text):
    """A commented example with every `;key = value` line in force."""
    return re.sub(r"^;(?=\[|[a-z_]+ = )", "", text, flags=re.M)


class Examples(unittest.TestCase):
    def say(self, text, listed=""):
        """Loads it with what it names put in place; returns the exit status and what was said."""
        text = text.replace("/srv/www/", f"{SOURCE}/www/")
        text = text.replace("user = _mta-stsd", "user = nobody")
        with tempfile.TemporaryDirectory(prefix="mta-stsd-examples.") as name:
            folder = pathlib.Path(name)
            folder.chmod(0o755)  # for the user that --check becomes
            for included in re.findall(r"^include = (\S+)", text, re.M):
                (folder / included).mkdir()
            for path in re.findall(r"^domains_file = (\S+)", text, re.M):
                (folder / path).write_text(listed)
            ini = folder / "mta-stsd.ini"
            ini.write_text(text)
            done = subprocess.run([PROGRAM, "--check", "-c", ini], capture_output=True, text=True,
                                  timeout=60)
        return done.returncode, done.stdout + done.stderr

    def check(self, text, listed="example.edu mx=mail.example.edu\n"):
        """As say; no error or warning may be said, but that root needs a user to switch to."""
        status, said = self.say(text, listed)
        said = re.sub(r".*warning: started as root, but no user is set.*\n", "", said)
        self.assertEqual(status, 0, f"{text}\n{said}")
        self.assertNotRegex(said, "error: |warning: ", text)
        return said

    def test_the_manual_has_examples_and_each_loads(self):
        examples = manual_examples()
        self.assertGreaterEqual(len(examples), 5)
        for text in examples:
            with self.subTest(text):
                self.check(text)

    def test_the_list_in_the_manual_loads(self):
        lists = manual_lists()
        self.assertEqual(len(lists), 1)
        said = self.check("[server]\ndomains_file = list.txt\n"
                          "[defaults]\ncertificate = %h.pem\n"
                          "[policy outlook]\nmx = *.mail.protection.outlook.com\n", lists[0])
        self.assertIn(": 3 domains,", said)

    def test_the_readme_has_examples_of_one_file_and_it_loads(self):
        examples = readme_examples()
        self.assertGreaterEqual(len(examples), 2)
        said = self.check("\n".join(examples))
        self.assertIn(": 1 domain,", said)

    def test_an_image_is_built_of_all_that_its_build_reads(self):
        """What automake includes, and what the Dockerfile installs, is not left out by .dockerignore."""
        taken = re.findall(r"^!(\S+)$", (SOURCE / ".dockerignore").read_text(), re.M)
        wanted = re.findall(r"^include (\S+)$", (SOURCE / "Makefile.am").read_text(), re.M)
        for path in [*wanted, "LICENSE", "configure.ac", "Makefile.am", "bootstrap"]:
            with self.subTest(path):
                self.assertTrue(any(path == name or path.startswith(name + "/") for name in taken))

    def test_the_figures_in_the_readme_are_those_that_were_measured(self):
        """In both servers' rows of doc/performance.md, which `make performance` writes."""
        text = (SOURCE / "doc" / "performance.md").read_text()
        section = README.read_text().split("## What it costs\n")[1].split("##")[0]
        said = re.findall(r"(\S+) (?:ms of CPU time|kB of memory|s from the start).*?\(nginx: (\S+) ", section,
                          re.S)
        for number, name in enumerate(("mta-stsd", "nginx")):
            cpu, memory, many = re.findall(rf"^\| {name} \| (.*) \|$", text, re.M)
            found = [cpu.split(" ")[0], memory.split(" | ")[2], many.split(" | ")[0]]
            self.assertEqual([pair[number] for pair in said], found)

    def test_the_commented_example_loads_as_it_stands(self):
        self.check(COMMENTED.read_text())

    def test_the_commented_example_loads_with_each_comment_removed(self):
        text = uncommented(COMMENTED.read_text())
        self.assertIn("\n[example.org]\n", text)
        self.check(text)

    def test_the_commented_example_names_every_key_of_server_and_acme_in_the_manual(self):
        for title, least in (("SERVER", 15), ("AUTOMATIC CERTIFICATES", 12)):
            section = re.search(rf"^\.Sh {title}\n(.*?)^\.Sh ", MANUAL.read_text(), re.M | re.S).group(1)
            keys = re.findall(r"^\.It Ic (\w+) =", section, re.M)
            self.assertGreaterEqual(len(keys), least)
            for key in keys:
                with self.subTest(key):
                    self.assertRegex(COMMENTED.read_text(), rf"(?m)^;?{key} = ")

    def test_the_manual_shows_the_examples_for_several_machines_as_they_are(self):
        shown = list(manual_blocks(DAEMON_MANUAL))
        for name in ("haproxy.cfg", "nginx-stream.conf", "deploy-to-replicas"):
            text = (SOURCE / "doc" / "examples" / name).read_text()
            text = re.sub(r"(?m)^\s*#.*\n", "", text).strip("\n") + "\n"
            self.assertIn(text, shown, name)

    def test_the_manual_names_every_key_that_the_daemon_knows(self):
        documented = set(re.findall(r"^\.It Ic (\w+) =", MANUAL.read_text(), re.M))
        known = set()
        for title in ("server", "defaults", "example.com", "acme", "dns", "tlsrpt", "watch"):
            said = self.say(f"[{title}]\nxyzzyplugh = 1\n")[1]
            keys = re.search(r'unknown key "xyzzyplugh" in [^;]*; write (.*)', said)
            self.assertIsNotNone(keys, said)
            known |= set(re.split(r", | or ", keys[1]))
        self.assertEqual(documented, known)

    def test_the_policies_in_www_have_crlf_line_ends(self):
        policies = list(SOURCE.glob("www/*/.well-known/mta-sts.txt"))
        self.assertGreaterEqual(len(policies), 1)
        for path in policies:
            with self.subTest(path):
                self.assertRegex(path.read_bytes(), rb"\A([!-~][ -~]*\r\n)+\Z")


class Demo(unittest.TestCase):
    def test_the_demonstration_serves_refuses_and_stops(self):
        done = subprocess.run([SOURCE / "scripts" / "demo"], capture_output=True, text=True,
                              timeout=120, env={**os.environ, "MTA_STSD": PROGRAM,
                                                "srcdir": str(SOURCE), "NO_COLOR": "1"})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.count("certificate verified, 200 text/plain"), 3)
        self.assertIn("TLSv1.3", done.stdout)
        self.assertIn("no certificate shown", done.stdout)
        self.assertNotIn("\033", done.stdout)


if __name__ == "__main__":
    unittest.main()
