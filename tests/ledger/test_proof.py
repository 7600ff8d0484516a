"""What proves that a day of a list was read whole, and that nothing else does."""

from typing import Any

import pytest

from newscrawl.ledger.proof import Evidence, Proof, doubt, proof_of_window, prove


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        ({}, ""),
        ({"ended": False}, "list_short"),
        ({"missing": 1}, "list_short"),
        ({"explained": False}, "list_moving"),
        ({"elsewhere": 1}, "list_elsewhere"),
        ({"keeps_windows": False}, "list_elsewhere"),
        ({"keeps_windows": False, "missing": 1, "explained": False}, "list_elsewhere"),
        ({"missing": 1, "explained": False}, "list_short"),
    ],
)
def test_what_a_reading_proves(seen: dict[str, Any], reason: str) -> None:
    evidence = Evidence(**{"ended": True, **seen})
    assert doubt(evidence) == reason
    assert bool(prove(evidence)) is not bool(reason)


@pytest.mark.parametrize("key", [None, object(), True])
def test_nobody_else_makes_a_proof(key: object) -> None:
    with pytest.raises(TypeError, match="made of evidence"):
        Proof(key)
    with pytest.raises(TypeError):
        Proof()  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("reason", "runs", "proven"),
    [("", None, True), ("", {3}, True), ("", {2}, False), ("", (), False), ("list_short", {3}, False)],
)
def test_the_proof_that_the_ledger_keeps_is_that_of_its_run(reason: str, runs: Any, *, proven: bool) -> None:
    assert bool(proof_of_window(reason, 3, runs)) is proven


def test_all_proofs_are_alike() -> None:
    one, other = prove(Evidence(ended=True)), proof_of_window("", 1, None)
    assert one == other
    assert hash(one) == hash(other)
    assert one != "Proof()" == repr(one)
