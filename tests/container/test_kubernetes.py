# SPDX-License-Identifier: ISC
"""kubernetes: the manifests hold together, and the Deployment's pods run by podman kube play."""
import copy
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import unittest

import yaml

import bed
import harness
from bed import ADDRESS, call, podman

MANIFESTS = bed.TOP / "container" / "kubernetes"
HOSTS = ("mta-sts.example.com", "mta-sts.example.net")
PODS = {"one": "10.99.0.11", "two": "10.99.0.12"}


def resources():
    """All that kustomize makes of the base."""
    return [it for it in yaml.safe_load_all(call("kubectl", "kustomize", MANIFESTS).stdout) if it]


def named(kind, name=None):
    return next(
        it for it in resources() if it["kind"] == kind and name in (None, it["metadata"]["name"])
    )


class Manifests(unittest.TestCase):
    def setUp(self):
        self.pod = named("Deployment")["spec"]["template"]
        self.spec = self.pod["spec"]
        self.container = self.spec["containers"][0]

    def test_each_file_is_named_and_each_name_is_a_file(self):
        listed = yaml.safe_load((MANIFESTS / "kustomization.yaml").read_text())["resources"]
        files = {path.name for path in MANIFESTS.glob("*.yaml")} - {"kustomization.yaml"}
        self.assertEqual(sorted(listed), sorted(files))

    def test_each_selector_finds_the_pods(self):
        labels = self.pod["metadata"]["labels"]
        selectors = [
            named("Service")["spec"]["selector"],
            named("Deployment")["spec"]["selector"]["matchLabels"],
            named("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
            named("NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
            self.spec["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"],
        ]
        for selector in selectors:
            self.assertLessEqual(selector.items(), labels.items())

    def test_each_port_is_the_one_that_the_configuration_listens_on(self):
        ports = {port["name"]: port["containerPort"] for port in self.container["ports"]}
        self.assertIn(f"listen = {ports['https']}", named("ConfigMap", "mta-stsd")["data"]["mta-stsd.ini"])
        self.assertEqual(named("Service")["spec"]["ports"][0]["targetPort"], "https")
        self.assertEqual(self.container["readinessProbe"]["tcpSocket"]["port"], "https")
        self.assertEqual(named("NetworkPolicy")["spec"]["ingress"][0]["ports"][0]["port"], "https")

    def test_the_metrics_are_scraped_and_no_balancer_has_them(self):
        ports = {port["name"]: port["containerPort"] for port in self.container["ports"]}
        ini = named("ConfigMap", "mta-stsd")["data"]["mta-stsd.ini"]
        self.assertIn(f"metrics = 0.0.0.0:{ports['metrics']} public", ini)
        monitor = named("ServiceMonitor")["spec"]
        services = [it for it in resources() if it["kind"] == "Service" and
                    monitor["selector"]["matchLabels"].items() <= it["metadata"].get("labels", {}).items()]
        self.assertEqual([it["metadata"]["name"] for it in services], ["mta-stsd-metrics"])
        (port,) = services[0]["spec"]["ports"]
        self.assertEqual((port["name"], port["targetPort"]), (monitor["endpoints"][0]["port"], "metrics"))
        self.assertEqual(services[0]["metadata"]["labels"][monitor["jobLabel"]], "mta-stsd")
        balanced = named("Service", "mta-stsd")["spec"]["ports"]
        self.assertEqual([it["targetPort"] for it in balanced], ["https"])
        (rule,) = [it for it in named("NetworkPolicy")["spec"]["ingress"]
                   if it["ports"][0]["port"] == "metrics"]
        self.assertIn("from", rule)

    def test_each_volume_is_mounted_and_there(self):
        volumes = {volume["name"]: volume for volume in self.spec["volumes"]}
        mounts = {mount["name"] for mount in self.container["volumeMounts"]}
        self.assertEqual(set(volumes), mounts)
        for name in ("configuration", "domains"):
            named("ConfigMap", volumes[name]["configMap"]["name"])

    def test_each_domain_has_a_certificate_and_its_secret_a_place(self):
        domains = {
            f"mta-sts.{line[1:-1]}"
            for text in named("ConfigMap", "mta-stsd-domains")["data"].values()
            for line in text.splitlines()
            if line.startswith("[")
        }
        certificates = [it for it in resources() if it["kind"] == "Certificate"]
        issuer = named("Issuer")["metadata"]["name"]
        for certificate in certificates:
            spec = certificate["spec"]
            self.assertEqual(spec["dnsNames"], [spec["secretName"]])
            self.assertEqual(spec["issuerRef"]["name"], issuer)
        self.assertEqual(domains, {it["spec"]["secretName"] for it in certificates})
        sources = self.volume("certificates")["projected"]["sources"]
        paths = {item["path"] for it in sources for item in it["secret"]["items"]}
        self.assertEqual({it["secret"]["name"] for it in sources}, domains)
        self.assertEqual(paths, {f"{host}/tls.{end}" for host in domains for end in ("crt", "key")})

    def volume(self, name):
        return next(volume for volume in self.spec["volumes"] if volume["name"] == name)

    def test_it_is_restricted_as_the_pod_security_standard_wants_it(self):
        self.assertEqual(
            named("Namespace")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"],
            "restricted",
        )
        pod, own = self.spec["securityContext"], self.container["securityContext"]
        self.assertTrue(pod["runAsNonRoot"] and own["readOnlyRootFilesystem"])
        self.assertEqual(pod["seccompProfile"]["type"], "RuntimeDefault")
        self.assertFalse(own["allowPrivilegeEscalation"])
        self.assertEqual(own["capabilities"], {"drop": ["ALL"]})

    def test_a_stop_has_the_time_that_it_may_take(self):
        seconds = self.container["lifecycle"]["preStop"]["sleep"]["seconds"]
        drain = 10  # built in
        self.assertGreater(self.spec["terminationGracePeriodSeconds"], seconds + drain)

    def test_all_connections_that_may_be_open_fit_the_memory(self):
        ini = named("ConfigMap", "mta-stsd")["data"]["mta-stsd.ini"]
        connections = int(re.search(r"^max_connections = (\d+)$", ini, re.M)[1])
        self.assertRegex(ini, r"(?m)^workers = \d+$")
        limit = self.container["resources"]["limits"]["memory"]
        self.assertTrue(limit.endswith("Mi"))
        slow_request, rest = 61_000, 40_000_000  # bytes: one of SECURITY.md's table; all else
        self.assertLess(connections * slow_request + rest, int(limit[:-2]) << 20)

    def test_certificates_need_no_port_that_the_service_has_not(self):
        self.assertEqual([it["port"] for it in named("Service")["spec"]["ports"]], [443])
        for solver in named("Issuer")["spec"]["acme"]["solvers"]:
            self.assertEqual(list(solver), ["dns01"])


class Pods(unittest.TestCase):
    """Pods of the Deployment, by podman; the Secrets' volume as the kubelet lays it out."""

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp())
        self.directory.chmod(0o755)
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.certificates = self.directory / "certificates"
        self.certificates.mkdir()
        self.address = (ADDRESS, 443)
        self.swap(0)

    def swap(self, variant):
        """A new state of the projected volume: all of it, behind one renamed link."""
        state = self.certificates / f"..2026_11_25_{variant}"
        leaves = {}
        for host in HOSTS:
            (state / host).mkdir(parents=True)
            leaves[host] = harness.pki().leaf(host, variant=variant)
            (state / host / "tls.crt").write_bytes(leaves[host].chain)
            (state / host / "tls.key").write_bytes(leaves[host].key)
            if variant == 0:
                (self.certificates / host).symlink_to(f"..data/{host}")
        link = self.certificates / "..data_tmp"
        link.symlink_to(state.name)
        old = (self.certificates / "..data").resolve()
        os.rename(link, self.certificates / "..data")
        if variant:
            shutil.rmtree(old)
        return leaves

    def manifest(self, name):
        """The Deployment's pod and the ConfigMaps, as podman can have them: no projected volume."""
        template = copy.deepcopy(named("Deployment")["spec"]["template"])
        del template["spec"]["containers"][0]["ports"]  # podman would take them on this machine
        for volume in template["spec"]["volumes"]:
            if volume["name"] == "certificates":
                del volume["projected"]
                volume["hostPath"] = {"path": str(self.certificates), "type": "Directory"}
        pod = {"apiVersion": "v1", "kind": "Pod", **template}
        pod["metadata"]["name"] = name
        maps = [it for it in resources() if it["kind"] == "ConfigMap"]
        ini = maps[0]["data"]  # all clients are one source here, as no senders are
        exempt = f"[server]\nlimit_exempt = {ADDRESS}\n"
        ini["mta-stsd.ini"] = ini["mta-stsd.ini"].replace("[server]\n", exempt, 1)
        path = self.directory / f"{name}.yaml"
        path.write_text(yaml.safe_dump_all([*maps, pod]))
        return path

    def play(self, name):
        path = self.manifest(name)
        self.addCleanup(call, "podman", "pod", "rm", "-f", "-t", "0", name, check=False)
        # The same one again, or the balancer's machine asks for the old one for half a minute.
        mac = f"02:00:00:00:00:{PODS[name].rpartition('.')[2]}"
        # Elsewhere it would take a directory mta-stsd for what the image is to be built from.
        podman(
            *("kube", "play", "--network", "pods", "--ip", PODS[name], "--mac-address", mac, path),
            cwd=self.directory,
        )
        bed.eventually(lambda: "ready: 2 domains" in self.log(name), 20, f"the start of {name}")

    def log(self, name):
        done = call("podman", "logs", f"{name}-mta-stsd", check=False)
        return done.stdout + done.stderr

    def health(self, name):
        return podman("exec", f"{name}-mta-stsd", "/mta-stsd", "--health")

    def shown(self, host):
        """The certificate, DER, that this pod shows to a balancer."""
        header = b"PROXY TCP4 198.51.100.7 192.0.2.10 4711 443\r\n"
        reply = harness.exchange((PODS["one"], 8443), host, harness.request(host), before=header)
        self.assertEqual(reply.one().status, 200)
        return reply.certificate

    def test_a_pod_of_the_deployment_serves_and_a_swapped_volume_renews_its_certificates(self):
        self.play("one")
        self.assertIn("serves the policy of mta-sts.example.com", self.health("one"))
        for variant in (0, 1, 2):
            if variant:
                self.swap(variant)
            leaf = harness.pki().leaf(HOSTS[1], variant=variant)
            bed.eventually(lambda l=leaf: self.shown(HOSTS[1]) == l.der, 20, "the new one")
        self.assertIn("renewed, valid until", self.log("one"))
        self.assertIn("client=198.51.100.7", self.log("one"))
        self.assertNotIn("sandbox: ", self.log("one"))

    def start_haproxy(self):
        """The shipped example, with the pods in place of its two machines."""
        text = (bed.TOP / "doc" / "examples" / "haproxy.cfg").read_text()
        for old, new in (
            ("bind :::443 v4v6", f"bind {ADDRESS}:443"),
            ("192.0.2.11:443", f"{PODS['one']}:8443"),
            ("192.0.2.12:443", f"{PODS['two']}:8443"),
        ):
            self.assertIn(old, text)
            text = text.replace(old, new)
        (self.directory / "haproxy.cfg").write_text(text)
        with open(self.directory / "haproxy.log", "wb") as log:
            child = subprocess.Popen(
                ["haproxy", "-db", "-f", self.directory / "haproxy.cfg"], stdout=log, stderr=log
            )
        self.addCleanup(child.wait)
        self.addCleanup(child.terminate)
        bed.eventually(self.is_balanced, 20, "the balancer's start")

    def is_balanced(self):
        with socket.socket() as probe:
            return probe.connect_ex(self.address) == 0

    def served(self, name):
        return self.log(name).count(f"client={ADDRESS} status=200")

    def test_no_fetch_is_lost_while_one_of_two_pods_after_the_other_is_replaced(self):
        for name in PODS:
            self.play(name)
        self.start_haproxy()
        failures, fetched, over = [], [], threading.Event()

        def go_on():
            while not over.is_set():
                host = HOSTS[len(fetched) % 2]
                try:
                    fetched.append(harness.fetch(self.address, host).status)
                except (OSError, AssertionError) as error:
                    failures.append(f"{host}: {error!r}")

        clients = [threading.Thread(target=go_on) for _ in range(4)]
        for client in clients:
            client.start()
        try:
            for name in PODS:
                bed.eventually(lambda n=name: self.served(n) > 20, 30, "its share")
                # The container, then what holds its network, as the kubelet does; "pod stop" does
                # both at once, and what was answered last is lost with the network.
                podman("stop", "-t", "20", f"{name}-mta-stsd")
                mark = len(fetched)
                bed.eventually(lambda m=mark: len(fetched) > m + 50, 30, "fetches meanwhile")
                podman("pod", "rm", "-f", name)
                self.play(name)
                bed.eventually(lambda n=name: self.served(n) > 20, 30, "its share again")
        finally:
            over.set()
            for client in clients:
                client.join()
        bed.say(f"{len(fetched)} fetches, {len(failures)} failures, while both pods were replaced")
        self.assertEqual(failures[:3], [])
        self.assertEqual(set(fetched), {200})


if __name__ == "__main__":
    unittest.main()
