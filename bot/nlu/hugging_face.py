"""A company's own choice of encoder: a Hugging Face model with an ONNX network.

Many sentence encoders (bge, e5, gte, MiniLM …) are published with `onnx/model.onnx` and `tokenizer.json`.
The model is downloaded when a model is trained with it, into the usual cache, and only read from there
afterwards.
"""

from pathlib import Path
from typing import List

import numpy as np
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
from rasa.shared.exceptions import InvalidConfigException
from tokenizers import Tokenizer

from bot.nlu.encoders import HUGGING_FACE, of_length_one, session

NETWORKS = ("onnx/model.onnx", "model.onnx")
LONGEST = 128  # tokens


class HuggingFaceEncoder:
    """Mean of the last states, scaled to length one: how most sentence encoders are meant to be used."""

    def __init__(self, model: str) -> None:
        """Load a folder, or a name on the hub. Raises InvalidConfigException, saying what is missing."""
        self.identity = HUGGING_FACE + model
        folder = Path(model) if Path(model).is_dir() else _fetched(model)
        networks = [folder / name for name in NETWORKS if (folder / name).is_file()]
        if not networks or not (folder / "tokenizer.json").is_file():
            raise _broken(model, "it needs tokenizer.json and onnx/model.onnx; choose a model that has both")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.enable_padding()
        self._session = session(networks[0])
        self._inputs = {wanted.name for wanted in self._session.get_inputs()}

    def encode(self, texts: List[str]) -> np.ndarray:
        """Return one vector a text, as wide as the model's states."""
        found = self._tokenizer.encode_batch(texts)
        there = np.array([text.attention_mask for text in found], dtype=np.int64)
        given = {
            "input_ids": np.array([text.ids for text in found], dtype=np.int64),
            "attention_mask": there,
            "token_type_ids": np.zeros_like(there),
        }
        states = self._session.run(None, {name: given[name] for name in self._inputs})[0]
        weights = there[:, :, None].astype(np.float32)
        return of_length_one((states * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1))


def _fetched(model: str) -> Path:
    wanted = [*NETWORKS, "onnx/model.onnx_data", "tokenizer.json"]
    try:
        return Path(snapshot_download(model, allow_patterns=wanted, local_files_only=True))
    except LocalEntryNotFoundError:
        pass
    except HFValidationError as error:
        raise _broken(model, "this is neither a folder nor a name like organisation/model") from error
    try:
        return Path(snapshot_download(model, allow_patterns=wanted))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise _broken(
            model, "it is in no folder or cache here, and the hub can't be reached or has none"
        ) from error


def _broken(model: str, why: str) -> InvalidConfigException:
    return InvalidConfigException(
        f"config.yml: the sentence encoder {HUGGING_FACE}{model} can't be used: {why}."
    )
