"""A plugin's file of models: read when it is asked for, entry by entry, and never in the way of a request.

The file is JSON: `format` (1), `date`, `sources`, and `models`, an object of entries by id. Opening it
looks at the ids alone; an entry is decoded and checked when its model is asked for. A file that cannot be
read is named in a log record and counts as empty, an entry that makes no sense likewise: the model is
then described by its family.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from importlib.resources import files
from typing import Annotated, Any, Literal

import msgspec
from attrs import field, fields_dict, frozen

from ._json import DecodeError, loads
from ._model import Capabilities
from ._prices import Price, PriceTier

FORMAT = 1
"""Number of the file's format; a file of a later one is not read."""

logger = logging.getLogger("headwater.catalogue")

Entry = Mapping[str, Any]
# More than any model costs; JSON's 1e999 is infinite.
Dollars = Annotated[float, msgspec.Meta(ge=0, le=1e6)]
Tokens = Annotated[int, msgspec.Meta(ge=1)]
Kind = Literal["text", "image", "document", "audio", "video"]
Level = Literal["off", "minimal", "low", "medium", "high", "xhigh", "max"]


class _Rates(msgspec.Struct):
    input: Dollars
    output: Dollars
    cache_read: Dollars | None = None
    cache_write: Dollars | None = None
    cache_write_1h: Dollars | None = None


class _Tier(_Rates, kw_only=True):
    above: Tokens


class _Prices(_Rates, kw_only=True):
    tiers: list[_Tier] = []
    service_tiers: dict[str, Dollars | _Prices] = {}
    approximate: bool = False


class _Entry(msgspec.Struct):
    """What an entry may say; all of it is optional, and further fields are left alone."""

    name: str = ""
    api: str = ""
    base_url: str = ""
    reasoning: bool = False
    levels: dict[Level, str | int | None] = {}
    input: list[Kind] = []
    output: list[Kind] = []
    context_window: Tokens | None = None
    max_tokens: Tokens | None = None
    price: _Prices | None = None
    retires: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    headers: dict[str, str] = {}
    compat: dict[str, Any] = {}
    capabilities: Capabilities | None = None
    like: str = ""


class _File(msgspec.Struct):
    models: dict[str, msgspec.Raw]
    format: int = FORMAT
    date: str | None = None
    sources: list[dict[str, str]] = []


@frozen
class CatalogueInfo:
    """What a provider's catalogue is: how many models, of which day, made from what, and what is wrong with it.

    `problem` is None for one that could be read, or where there is none.
    """

    models: int = 0
    date: str | None = None
    sources: Sequence[str] = ()
    problem: str | None = None


@frozen(eq=False)
class Catalogue(Mapping[str, Entry]):
    """Entries by model id, decoded when looked at; an entry that makes no sense is empty and logged.

    An entry with `like` takes what it does not say itself from the entry of that id (a dated
    snapshot from its model); entries that are like each other take nothing further.
    """

    where: str = ""
    info: CatalogueInfo = CatalogueInfo()
    _raw: Mapping[str, msgspec.Raw] = field(factory=dict[str, msgspec.Raw], repr=False)
    _read: dict[str, Entry] = field(factory=dict[str, Entry], init=False, repr=False)

    def __getitem__(self, model_id: str) -> Entry:
        read = self._read.get(model_id)
        return self._decode(model_id) if read is None else read

    def __contains__(self, model_id: object) -> bool:
        return model_id in self._raw

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)

    def current(self, today: date) -> Sequence[str]:
        """Ids of the models that are not retired on that day."""
        day = today.isoformat()
        return tuple(model_id for model_id, raw in self._raw.items() if not _is_retired(raw, day))

    def _decode(self, model_id: str) -> Entry:
        if model_id not in self._raw:
            raise KeyError(model_id)
        line: dict[str, Entry] = {}
        name: Any = model_id
        while name in self._raw and name not in line and name not in self._read:
            line[name] = self._own(name)
            name = line[name].get("like")
        entry: Entry = self._read.get(name, {})
        for name in reversed(line):
            entry = self._read[name] = {**entry, **line[name]}
        return entry

    def _own(self, model_id: str) -> Entry:
        """What an entry says itself."""
        try:
            return _known(check_entry(loads(bytes(self._raw[model_id]))))
        except ValueError as error:
            logger.warning(
                "the entry %r in the catalogue %s is damaged (%s) and skipped; reinstall its package",
                model_id,
                self.where,
                error,
            )
            return {}


def _known(entry: Entry) -> Entry:
    """The entry without capabilities that a later version may know."""
    said: Mapping[str, Any] = entry.get("capabilities") or {}
    return {**entry, "capabilities": _of(Capabilities, said)} if said else entry


def _of(kind: type, said: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of the fields that `kind` has."""
    return {name: said[name] for name in fields_dict(kind) if name in said}


class _Retirement(msgspec.Struct):
    retires: str = "9999"


_retirement = msgspec.json.Decoder(_Retirement).decode


def _is_retired(raw: msgspec.Raw, day: str) -> bool:
    try:
        return _retirement(raw).retires <= day
    except msgspec.MsgspecError:
        return False  # the entry is damaged, which is said where it is looked at


def check_entry(entry: Any) -> Entry:
    """The entry itself; raises `ValueError` with what is wrong with it."""
    try:
        msgspec.convert(entry, _Entry)
    except msgspec.ValidationError as error:  # no ValueError before msgspec 0.22
        raise ValueError(str(error)) from None
    return entry


def read_catalogue(where: str) -> Catalogue:
    """The catalogue `package:file`; one that cannot be read is empty, says why in `info.problem`, and is logged."""
    package, _, name = where.partition(":")
    try:
        read = msgspec.json.decode(files(package).joinpath(name).read_bytes(), type=_File)
        if read.format > FORMAT:
            raise ValueError(f"it is of format {read.format}, and this version reads {FORMAT}")
    except (msgspec.MsgspecError, DecodeError, OSError, ImportError, TypeError, ValueError, RecursionError) as error:
        why = "there is no such file" if isinstance(error, FileNotFoundError) else str(error)
        problem = f"the catalogue {name} of {package} cannot be read ({why}) and is skipped; reinstall the package"
        logger.warning("%s", problem)
        return Catalogue(where, CatalogueInfo(problem=problem))
    sources = tuple(" ".join(filter(None, (said.get("name"), said.get("version")))) for said in read.sources)
    return Catalogue(where, CatalogueInfo(len(read.models), read.date, sources), read.models)


def read_price(said: Mapping[str, Any] | None) -> Price | None:
    """The `Price` of a catalogue entry; None where there is none. What a later version may know is left alone."""
    if not said:
        return None
    tiers = tuple(PriceTier(**_of(PriceTier, tier)) for tier in said.get("tiers", ()))
    given: Mapping[str, Any] = said.get("service_tiers", {})
    services = {name: one if isinstance(one, int | float) else read_price(one) for name, one in given.items()}
    prices: dict[str, Any] = {**_of(Price, said), "tiers": tiers, "service_tiers": services}
    return Price(**prices)
