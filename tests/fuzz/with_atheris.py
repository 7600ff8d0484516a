"""Fuzzes a target guided by coverage: python -m tests.fuzz.with_atheris TARGET SECONDS."""

import os
import sys
from pathlib import Path
from random import Random
from shutil import rmtree
from tempfile import mkdtemp

LONGEST = 20_000  # bytes of an input
OURS = 4  # one mutation in so many is ours, of pages; the others are libFuzzer's


def quoted(word: bytes) -> str:
    """A word of a dictionary, as libFuzzer reads it."""
    return '"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n'


def main(target: str, seconds: float, folder: Path) -> None:
    """Tries inputs until the time is spent, and ends the process: libFuzzer never returns."""
    import atheris  # noqa: PLC0415 (it is in an environment of its own; all that follows it is instrumented)

    with atheris.instrument_imports(include=["newscrawl", "pipelines"]):
        from tests.fuzz.findings import Fuzzing  # noqa: PLC0415
        from tests.fuzz.mutations import mutated  # noqa: PLC0415
        from tests.fuzz.seeds import WORDS, seeds  # noqa: PLC0415

    def mutate(data: bytes, longest: int, number: int) -> bytes:
        """One of our mutations of pages, which keep most of a page as it is, or one of libFuzzer's."""
        if number % OURS == 0 and data:
            return mutated(Random(number), data)[:longest]
        return bytes(atheris.Mutate(data, longest))

    corpus, dictionary = folder / "corpus", folder / "words"
    corpus.mkdir()
    for number, seed in enumerate(seeds(target)):
        (corpus / str(number)).write_bytes(seed[:LONGEST])
    dictionary.write_text("".join(quoted(word) for word in WORDS[target] if len(word) <= 60))
    fuzzing = Fuzzing(target, "Atheris", seconds)

    def each(data: bytes) -> None:
        fuzzing.try_input(data)
        if fuzzing.over:
            print(fuzzing.line(), flush=True)
            rmtree(folder)
            os._exit(bool(fuzzing.found))

    # libFuzzer counts seconds of the clock, which say how busy the machine is.
    limits = ("-timeout=3600", "-report_slow_units=3600", "-rss_limit_mb=0", "-verbosity=0")
    options = [f"-dict={dictionary}", f"-max_len={LONGEST}", f"-artifact_prefix={folder}/", *limits]
    atheris.Setup(
        [sys.argv[0], *options, str(corpus)], each, **({"custom_mutator": mutate} if target == "page" else {})
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), Path(mkdtemp(prefix="newscrawl-fuzz-")))
