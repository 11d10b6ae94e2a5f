"""The part of a form that says what is kept: everything, or categories, tables and files chosen from the data map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exports.contents import Category
from exports.datamap import DataMap, Ownership
from exports.labels import CATEGORIES
from offboarding.admin.case_forms import CaseForm
from retention.admin.records import customer_of
from retention.reach import Reach
from retention.reach_names import EVERY_TENANT, current_map

EVERYTHING, SOME = "everything", "some"


@dataclass(frozen=True, slots=True)
class Choice:
    """One box to tick: a table, or a place of files."""

    name: str
    value: str
    text: str
    about: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The tables of one category in one store."""

    title: str
    choices: list[Choice]

    @property
    def opened(self) -> bool:
        """Whether something of it is chosen, so that it must be seen."""
        return any(choice.chosen for choice in self.choices)


class ReachForm(CaseForm):
    """Asks what is kept. The template shows ``groups`` in place of ``tables`` and ``prefixes``."""

    NAMES = {"reach": "extent", "files": "single_files"}
    MANY = ("categories", "tables", "prefixes", "single_files")

    extent = forms.ChoiceField(
        label=gettext_lazy("What is kept"),
        choices=[
            (EVERYTHING, gettext_lazy("everything of the customer")),
            (SOME, gettext_lazy("only what is chosen here")),
        ],
        widget=forms.RadioSelect,
    )
    categories = forms.MultipleChoiceField(
        label=gettext_lazy("Categories"),
        choices=[(category.value, name) for category, (name, _text) in CATEGORIES.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    tables = forms.MultipleChoiceField(label=gettext_lazy("Tables"), required=False)
    prefixes = forms.MultipleChoiceField(label=gettext_lazy("Folders of files"), required=False)
    single_files = forms.CharField(
        label=gettext_lazy("Single files"),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        required=False,
        help_text=gettext_lazy("One in each line, as store: name, for example media: org/7/contracts/2024.pdf"),
    )

    def __init__(self, record: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(record, *args, **kwargs)
        self.problem, self.map = "", None
        try:
            self.map = current_map()
        except ValidationError as error:
            self.problem = " ".join(error.messages)
        for name, choices in (("tables", _tables), ("prefixes", self._prefixes)):
            found = list(choices(self.map)) if self.map else []
            self.fields[name].choices = [(value, text) for _group, value, text, _about in found]  # type: ignore[attr-defined]

    def proposed(self) -> dict[str, Any]:
        return {"extent": EVERYTHING}

    def groups(self) -> list[Group]:
        """What the data map knows, to choose from."""
        found: dict[str, Group] = {}
        for name, listed in (("tables", _tables), ("prefixes", self._prefixes)):
            chosen = set(self[name].value() or ())
            for title, value, text, about in listed(self.map) if self.map else ():
                group = found.setdefault(title, Group(title, []))
                group.choices.append(Choice(name, value, text, about, value in chosen))
        return list(found.values())

    def clean_single_files(self) -> list[tuple[str, str]]:
        """Pairs of a store and a name."""
        lines = [line.strip() for line in self.cleaned_data["single_files"].splitlines() if line.strip()]
        pairs = [tuple(part.strip() for part in line.split(":", 1)) for line in lines]
        if wrong := [line for line, pair in zip(lines, pairs, strict=True) if len(pair) != 2 or not all(pair)]:
            raise ValidationError(_("“%(line)s” does not say store: name.") % {"line": wrong[0]})
        return [(pair[0], pair[1]) for pair in pairs]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        parts = [name for name in self.MANY if data.get(name)]
        if data.get("extent") == EVERYTHING and parts:
            self.add_error("extent", _("You chose everything and single parts as well: say which of both you mean."))
        if data.get("extent") == SOME and not parts and not self.errors:
            self.add_error("extent", _("Choose at least one category, table or file."))
        return data

    def proposal(self) -> dict[str, Any] | None:
        found = super().proposal()
        if found is not None and not self.is_bound:
            found |= {name: [] for name in self.MANY}
        return found

    def _prefixes(self, datamap: DataMap) -> Iterator[tuple[str, str, str, str]]:
        customer = customer_of(self.record)
        tenant = customer.tenant_key if customer else EVERY_TENANT
        for store in datamap.files.values():
            for prefix in store.prefixes:
                name = prefix.prefix.replace(EVERY_TENANT, tenant)
                title = _("Files in %(store)s") % {"store": store.key}
                yield title, f"{store.key} {name}", name, str(CATEGORIES[prefix.category][0])


def _tables(datamap: DataMap) -> Iterator[tuple[str, str, str, str]]:
    """Group, value, name and description of every table that can be kept."""
    for category in Category:
        for store in datamap.databases.values():
            for collection in store.collections.values():
                if collection.category is category and collection.ownership is not Ownership.REFERENCE:
                    title = f"{CATEGORIES[category][0]} · {store.key}"
                    yield title, f"{store.key} {collection.key}", collection.key, collection.description


def reach_of(data: Mapping[str, Any]) -> Reach:
    """What the form says is kept."""
    if data["extent"] == EVERYTHING:
        return Reach(everything=True)
    return Reach(
        categories=frozenset(Category(name) for name in data["categories"]),
        tables=frozenset(_pair(value) for value in data["tables"]),
        prefixes=frozenset(_pair(value) for value in data["prefixes"]),
        files=frozenset(data["single_files"]),
    )


def _pair(value: str) -> tuple[str, str]:
    store, _blank, name = value.partition(" ")
    return store, name
