"""Where the bundled model is; no library is needed to know it."""

from __future__ import annotations

from pathlib import Path

MODEL_FILES = ("config.json", "model.safetensors", "tokenizer.json")
"""What a model2vec model consists of."""

CARD_FILES = ("README.md", "LICENSE", "NOTICE")
"""The model card and the licence notice, which travel with the weights."""


def bundled_model() -> Path:
    """Return the folder of the model that comes with the package."""
    return Path(__file__).resolve().parents[1] / "models" / "all-MiniLM-L6-v2-static"
