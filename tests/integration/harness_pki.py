# SPDX-License-Identifier: ISC
"""harness_pki: a throw-away PKI."""
import atexit
import shutil
import ssl
import time

from harness_base import make_directory, run


class Leaf:
    """One certificate: chain (leaf first) and key as PEM bytes."""

    def __init__(self, chain, key):
        self.chain = chain
        self.key = key
        self.pem = chain + key
        self.der = ssl.PEM_cert_to_DER_cert(
            chain.decode().split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
        )


class Pki:
    """Two roots with an intermediate each: P-256 and RSA. Equal leaves are made once."""

    NEW_KEY = {
        "ec": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
        "p384": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
        "p521": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-521"],
        "rsa": ["-newkey", "rsa:2048"],
        "rsa4096": ["-newkey", "rsa:4096"],
        "rsa1024": ["-newkey", "rsa:1024"],
        "ed25519": ["-newkey", "ed25519"],
    }
    CA_CONFIG = """
[ca]
default_ca = it
[it]
database = index
new_certs_dir = .
rand_serial = yes
unique_subject = no
copy_extensions = copy
default_md = sha256
policy = any
x509_extensions = identifiers
[any]
commonName = supplied
[identifiers]
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""

    def __init__(self):
        self.directory = make_directory("mta-stsd-pki-")
        atexit.register(shutil.rmtree, self.directory, ignore_errors=True)
        self.leaves = {}
        self.issuers = {}
        self.serial = int(time.time() * 1000) << 20
        self.roots = self.directory / "roots.pem"
        self.roots.touch()
        (self.directory / "ca.cnf").write_text(self.CA_CONFIG)
        (self.directory / "index").touch()
        (self.directory / "index.attr").touch()

    def openssl(self, *arguments):
        done = run("openssl", *arguments, cwd=self.directory)
        if done.returncode != 0:
            raise RuntimeError(f"openssl {arguments}: {done.stderr}")

    def sign(self, name, issuer, days=30, dates=None):
        """Issues NAME.csr as NAME.crt."""
        self.serial += 1
        if dates:
            self.openssl(
                *("ca", "-batch", "-notext", "-config", "ca.cnf", "-in", f"{name}.csr"),
                *("-out", f"{name}.crt", "-cert", f"{issuer}.crt", "-keyfile", f"{issuer}.key"),
                *("-startdate", dates[0], "-enddate", dates[1]),
            )
            return
        self.openssl(
            *("x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.crt", "-days", str(days)),
            *("-CA", f"{issuer}.crt", "-CAkey", f"{issuer}.key", "-set_serial", str(self.serial)),
            *("-copy_extensions", "copy", "-extfile", "ca.cnf", "-extensions", "identifiers"),
        )

    def request(self, name, kind, extensions=()):
        added = [word for extension in extensions for word in ("-addext", extension)]
        self.openssl(
            *("req", "-new", *self.NEW_KEY[kind], "-nodes", "-subj", f"/CN={name[:40]}"),
            *("-keyout", f"{name}.key", "-out", f"{name}.csr", *added),
        )

    def issuer(self, family):
        """The intermediate for keys of this family ("ec" or "rsa"), made on first use."""
        if family not in self.issuers:
            root, intermediate = f"root-{family}", f"intermediate-{family}"
            usage = "keyUsage=critical,keyCertSign,cRLSign"
            authority = ["basicConstraints=critical,CA:TRUE", usage]
            self.openssl(
                *("req", "-x509", *self.NEW_KEY[family], "-nodes", "-days", "400"),
                *("-subj", f"/CN={root}", "-keyout", f"{root}.key", "-out", f"{root}.crt"),
                *("-addext", usage),
            )
            self.request(intermediate, family, authority)
            self.sign(intermediate, root, days=400)
            with open(self.roots, "ab") as roots:
                roots.write((self.directory / f"{root}.crt").read_bytes())
            self.issuers[family] = (self.directory / f"{intermediate}.crt").read_bytes()
        return f"intermediate-{family}"

    def leaf(self, *hosts, kind="ec", variant=0, dates=None, extensions=()):
        """A certificate; another variant is another key. dates: "YYYYMMDDHHMMSSZ" twice."""
        wanted = (hosts, kind, variant, dates, tuple(extensions))
        if wanted not in self.leaves:
            issuer = self.issuer("rsa" if kind.startswith("rsa") else "ec")
            name = f"leaf{len(self.leaves)}"
            names = "subjectAltName=" + ",".join(f"DNS:{host}" for host in hosts)
            self.request(name, kind, [names, "basicConstraints=CA:FALSE", *extensions])
            self.sign(name, issuer, dates=dates)
            chain = (self.directory / f"{name}.crt").read_bytes()
            chain += (self.directory / f"{issuer}.crt").read_bytes()
            self.leaves[wanted] = Leaf(chain, (self.directory / f"{name}.key").read_bytes())
        return self.leaves[wanted]

    def bare_leaf(self, *hosts, days):
        """As the new profiles of CAs have it: a short lifetime, an empty subject, so a critical subject
        alternative name, and no subject key identifier."""
        issuer, name = self.issuer("ec"), f"bare{self.serial}"
        names = "subjectAltName=critical," + ",".join(f"DNS:{host}" for host in hosts)
        self.openssl(
            *("req", "-new", *self.NEW_KEY["ec"], "-nodes", "-subj", "/"),
            *("-keyout", f"{name}.key", "-out", f"{name}.csr"),
        )
        (self.directory / f"{name}.cnf").write_text(f"{names}\nsubjectKeyIdentifier=none\n")
        self.serial += 1
        self.openssl(
            *("x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.crt", "-days", str(days)),
            *("-CA", f"{issuer}.crt", "-CAkey", f"{issuer}.key", "-set_serial", str(self.serial)),
            *("-extfile", f"{name}.cnf"),
        )
        chain = (self.directory / f"{name}.crt").read_bytes() + self.issuers["ec"]
        return Leaf(chain, (self.directory / f"{name}.key").read_bytes())

    def root_file(self):
        """The file that verifies everything issued so far (the P-256 family always)."""
        self.issuer("ec")
        return self.roots


_pki = []


def pki():
    """One PKI a process, made on first use."""
    if not _pki:
        _pki.append(Pki())
    return _pki[0]
