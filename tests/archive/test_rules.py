"""The version of the rules changes with every change of the extraction code."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from newscrawl import __version__
from newscrawl.archive import rules
from newscrawl.archive.rules import code_digest, code_files, digest_of, rules_version, site_of, site_text
from newscrawl.sites.loader import load_site, site_names
from tests.conftest import ROOT

READ = """
import json, sys
import newscrawl, newscrawl.posts.render
from pathlib import Path
html = Path("newscrawl/demo/pages/fin2017_stocks.html").read_bytes()
newscrawl.posts.render.post_of(newscrawl.extract(html))
print(json.dumps([module.__file__ for name, module in sys.modules.items() if name.startswith(("newscrawl.", "pipelines."))]))
"""
NOT_RULES = {  # none changes what is read
    f"newscrawl/{name}.py" for name in ("deadline", "errors", "exit_codes", "provenance", "version")
}


def test_every_module_loaded_to_read_a_page_counts() -> None:
    done = subprocess.run([sys.executable, "-c", READ], cwd=ROOT, capture_output=True, check=True)
    loaded = {str(Path(path).relative_to(ROOT)) for path in json.loads(done.stdout)}
    loaded = {path for path in loaded if not path.endswith("__init__.py")}
    counted = {name.replace(".", "/").replace("/py", ".py") for name, _ in code_files()}
    assert len(loaded) > 25
    assert loaded - counted == NOT_RULES


def test_a_change_of_any_file_changes_the_digest() -> None:
    files = list(code_files())
    same = digest_of(files)
    assert len(files) > 25
    for number, (name, code) in enumerate(files):
        files[number] = (name, code + b"\n")
        assert digest_of(files) != same, name
        files[number] = (name, code)
    assert digest_of(files) == same == code_digest()


def test_sites_have_different_versions() -> None:
    sites = [load_site(name) for name in site_names()]
    versions = {rules_version(site) for site in sites}
    assert len(versions) == len(sites) > 1
    assert all(version.startswith(f"{__version__}-") for version in versions)


def test_the_version_depends_on_the_site_and_on_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    site = load_site("sina_finance")
    assert rules_version.__wrapped__(site) == rules_version(site)
    assert rules_version.__wrapped__(msgspec.structs.replace(site, scheme="http")) != rules_version(site)
    monkeypatch.setattr(rules, "code_digest", lambda: b"another")
    assert rules_version.__wrapped__(site) != rules_version(site)


def test_the_contact_is_no_rule_and_is_not_stored() -> None:
    site = load_site("sina_finance")
    politeness = msgspec.structs.replace(site.politeness, contact="mail@example.org")
    asking = msgspec.structs.replace(site, politeness=politeness)
    assert site_text(asking) == site_text(site)
    assert rules_version.__wrapped__(asking) == rules_version(site)
    slower = msgspec.structs.replace(site, politeness=msgspec.structs.replace(politeness, delay=9))
    assert rules_version.__wrapped__(slower) != rules_version(site)


def test_a_stored_site_is_read_again_as_it_was() -> None:
    for site in map(load_site, site_names()):
        assert site_of(site_text(site)) == site


@pytest.mark.parametrize("text", ["[" * 9999, "{", "[]"])
def test_a_damaged_text_of_a_site_is_one_kind_of_error(text: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        site_of(text)
