"""Names that lead into this machine's own networks: real sockets, names and a DNS server, in a network namespace."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.namespace import played, why_not

PUBLIC, SIXTH = "1.2.3.4", "2606:4700::1111"
# What names lead to, by name: a turn each time that they are asked for.
NAMES = {
    "loopback.example": [["127.0.0.1"]],
    "private.example": [["10.1.2.3"]],
    "metadata.example": [["169.254.169.254"]],
    "sixth.example": [["::1"]],
    "mapped.example": [["::ffff:127.0.0.1"]],
    "unspecified.example": [["0.0.0.0"]],
    "nat.example": [["100.64.0.1"]],
    "local.example": [["fe80::7"], ["fc00::7"]],
    "rebound.example": [[PUBLIC], ["127.0.0.1"]],
    "mixed.example": [["127.0.0.1", PUBLIC, "::1"]],
    "sixth-mixed.example": [["10.1.2.3", SIXTH]],
    "moving.example": [[PUBLIC]],
}
OPEN = {"rebound.example": PUBLIC, "mixed.example": PUBLIC, "sixth-mixed.example": SIXTH, "moving.example": PUBLIC}
ADDRESSES = ["10.1.2.3/32", "169.254.169.254/32", "100.64.0.1/32", f"{PUBLIC}/32", f"{SIXTH}/128", "fc00::7/128"]


def story(folder: Path, *commands: list[str]) -> dict[str, Any]:
    """What happens in a namespace, where a site of http has all those names."""
    politeness = {"delay": 0, "concurrency": 16, "timeout": 5, "retries": 0}
    site = {"extends": "people_finance", "hosts": [*NAMES], "https_hosts": [*NAMES], "politeness": politeness}
    (folder / "site.yaml").write_text(yaml.safe_dump(site), encoding="utf-8")
    answers = {"/moved": {"status": "302 Found", "location": "http://loopback.example/moved-here"}}
    return played(folder, {"addresses": ADDRESSES, "names": NAMES, "answers": answers, "commands": commands})


@pytest.mark.fault(
    "address", "names of a site that lead elsewhere", "loopback, private, metadata, link-local … by DNS; a redirect to one", "nothing is connected to"
)  # fmt: skip
def test_no_name_leads_into_this_machines_own_networks(tmp_path: Path) -> None:
    if why := why_not():
        pytest.skip(why)
    urls = [*(f"http://{name}/{name}" for name in NAMES), "http://moving.example/moved"]
    done = story(tmp_path, ["newscrawl", "fetch", *urls, "--site", "site.yaml"])
    (reached,) = done["reached"]
    assert {(address, path) for address, path in reached if path != "/robots.txt"} == {
        *((OPEN[name], f"/{name}") for name in OPEN), (PUBLIC, "/moved"),
    }  # fmt: skip
    assert {address for address, _ in reached} == {PUBLIC, SIXTH}
    assert done["told"][0].count(": private_address: ") == len(NAMES) - len(OPEN) + 1
