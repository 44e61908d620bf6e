"""Which pieces of the multilingual vocabulary a Chinese desk needs, and the tokenizer made of them."""

import re
from pathlib import Path

from opencc import OpenCC
from sentencepiece import SentencePieceProcessor, sentencepiece_model_pb2
from weights import Pretrained

MARKS = 4  # <s>, <pad>, </s>, <unk> lead the list
NEEDED = re.compile(r"▁?(?:[\u4e00-\u9fff0-9!-@\[-`{-~、。〈-】～…—“”‘’·℃¥]+|[a-z0-9]{1,3})")


def needed(source: Pretrained, texts: list[str]) -> list[int]:
    """Return the numbers of the pieces to keep: Chinese and short Latin ones, and whatever the texts hold."""
    whole = tokenizer(source, list(range(len(source.pieces))))
    used = {number for numbers in whole.encode(texts) for number in numbers}
    simplified = OpenCC("t2s").convert
    chinese = {
        n for n, piece in enumerate(source.pieces) if NEEDED.fullmatch(piece) and simplified(piece) == piece
    }
    return sorted({*range(MARKS), source.pieces.index("▁"), *used, *chinese})


def tokenizer(source: Pretrained, kept: list[int]) -> SentencePieceProcessor:
    """Return a tokenizer whose piece number n is the pretrained piece `kept[n]`."""
    return SentencePieceProcessor(model_proto=_proto(source, kept))


def save(source: Pretrained, kept: list[int], path: Path) -> None:
    """Write that tokenizer as a SentencePiece model file."""
    path.write_bytes(_proto(source, kept))


def _proto(source: Pretrained, kept: list[int]) -> bytes:
    model = sentencepiece_model_pb2.ModelProto()
    kinds = sentencepiece_model_pb2.ModelProto.SentencePiece
    for number in kept:
        kind = (
            kinds.NORMAL
            if number >= MARKS
            else kinds.UNKNOWN
            if source.pieces[number] == "<unk>"
            else kinds.CONTROL
        )
        model.pieces.add(piece=source.pieces[number], score=source.scores[number], type=kind)
    model.trainer_spec.model_type = model.trainer_spec.UNIGRAM
    model.trainer_spec.bos_id, model.trainer_spec.pad_id = 0, 1
    model.trainer_spec.eos_id, model.trainer_spec.unk_id = 2, 3
    model.normalizer_spec.name = "identity"  # texts come in the desk's normal form
    model.normalizer_spec.remove_extra_whitespaces = True
    return bytes(model.SerializeToString())
