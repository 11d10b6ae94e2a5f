"""One batch: asked, locked, looked at once more, deleted, committed – or nothing of it."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from retention.erasers.findings import Code, Refusal, RefusedError, SlowError
from retention.erasers.inspection import TOGETHER_ROWS
from retention.erasers.keys import Keys
from retention.erasers.neighbours import Neighbours
from retention.erasers.session import BATCH_SECONDS, Session, Stretch, Way
from retention.erasers.targets import Target, Targets
from retention.erasers.walking import MOST_ROWS, Size, Walk

Guard = Callable[[], None]


def nothing() -> None:
    """A guard that never minds."""


class Batches:
    """Deletes one tenant's rows table by table; it keeps nothing that a restart would miss."""

    def __init__(self, session: Session, targets: Targets, keys: Keys) -> None:
        assert targets.order is not None
        self.session, self.targets, self.order, self.keys = session, targets, targets.order, keys
        self.neighbours = Neighbours(session, targets, keys)
        self.walks: dict[str, Walk] = {}
        self.sizes: defaultdict[str, Size] = defaultdict(Size)
        self.positions: Counter[str] = Counter()
        self.again: set[str] = set()
        self.remembered = {target.key for target in targets.remembered}
        self.still: Guard = nothing
        self.gone: Counter[str] = Counter()
        """Rows of the last batch, by table: more than one where rows go together."""

    def delete(self, key: str, guard: Guard, most: int, still: Guard = nothing) -> int:
        """One batch of the turn ``key``; 0 when nothing is left. See ``DatabaseEraser.delete_batch``."""
        self.still = still
        self.gone = Counter()
        turn = next(turn for turn in self.order.turns if turn[0] == key)
        if set(turn) & self.order.together:
            self._together(turn, guard)
        elif key in self.remembered:
            self._by_keys(self.targets.by_key[key], guard, most)
        else:
            self._by_places(self.targets.by_key[key], guard, most)
        return self.gone.total()

    # By place: the condition says whose the rows are

    def _by_places(self, target: Target, guard: Guard, most: int) -> None:
        walk = self._walk(target)
        while not self.gone:
            places = walk.take(min(self.sizes[target.key].rows, most, MOST_ROWS))
            if not places:
                if not walk.begin_again():
                    self.walks.pop(target.key).close()
                    return
                self.keys.remember_before(target.key)
                continue
            try:
                self._batch_of_places(target, walk, places, guard)
            except BaseException:
                self.gone.clear()
                walk.put_back(places)
                raise
            walk.gone += self.gone.total()

    def _walk(self, target: Target) -> Walk:
        """The walk that is on, else a new one – and then the keys of rows that it will leave without an owner."""
        if target.key not in self.walks:
            backwards = any(reference.child == target.place for reference in self.targets.references_to(target.place))
            way = Way.BACKWARDS if backwards else Way.STRETCHES if self.session.sweeps else Way.ROWS
            self.walks[target.key] = Walk(self.session, self.targets, target, way)
            self.keys.remember_before(target.key)
        return self.walks[target.key]

    def _batch_of_places(self, target: Target, walk: Walk, places: list[Stretch], guard: Guard) -> None:
        source, rows = walk.source, sum(one.rows for one in places)
        condition = f"{self.session.among(target.alias, places)} AND ({target.predicate})"
        try:
            with self._timed(target.key, guard, rows):
                self.neighbours.release(target, source, condition)
                self.gone[target.key] += self._delete(target, source, condition)
        except TimeoutError as error:
            self._smaller(target.key, rows, error)
            walk.put_back(places)

    def _smaller(self, key: str, rows: int, error: TimeoutError) -> None:
        self.gone.clear()
        if rows == 1:
            raise SlowError(
                f"One row of {key} takes longer than a whole batch may ({error}). Perhaps a foreign key that refers to "
                "it has no index: see the plan."
            ) from error
        size = self.sizes[key]
        size.rows = min(size.rows, rows)
        size.shrink()

    # By key: what said whose the rows are is gone, or the rows are shared

    def _by_keys(self, target: Target, guard: Guard, most: int) -> None:
        if not self.positions[target.key]:
            self.keys.remember_before(target.key)
        while not self.gone:
            found = self.keys.after(target.key, self.positions[target.key], min(self.sizes[target.key].rows, most))
            if not found:
                self.positions[target.key] = 0
                if target.key not in self.again:
                    return
                self.again.discard(target.key)  # a row that another one used may be free now
                continue
            try:
                with self._timed(target.key, guard, len(found)):
                    self._rows_of_keys(target, [key for _, key in found])
            except TimeoutError as error:
                self._smaller(target.key, len(found), error)
                continue
            except BaseException:
                self.gone.clear()
                raise
            self.positions[target.key] = found[-1][0]
            if self.gone:
                self.again.add(target.key)

    def _rows_of_keys(self, target: Target, keys: Sequence[str]) -> None:
        """Locks the rows, sees which of them nobody uses now, and deletes those with what belongs to them."""
        named = self.keys.condition(target, keys)
        if self.session.lock:
            self.session.rows(f"SELECT 1 FROM {target.source} WHERE {named}{self.session.lock}")
        if target.shared:
            free = f"{named} AND NOT {self.neighbours.usage.used_now(target)}"
            sql = f"SELECT {self.keys.literal(target)} FROM {target.source} WHERE {free}"
            keys = [key for (key,) in self.session.rows(sql)]
            if not keys:
                return
            named = self.keys.condition(target, keys)
        else:
            self.neighbours.release(target, target.source, named)
        self._riders(target, named)
        if deleted := self._delete(target, target.source, named):
            self.gone[target.key] += deleted

    def _riders(self, target: Target, condition: str) -> None:
        for rider, way in self.targets.riders(target.key):
            mine = (
                f"{self.targets.columns(rider.alias, way.fields)} IN (SELECT "
                f"{self.targets.listed(target.alias, way.references)} FROM {target.source} WHERE {condition})"
            )
            self._riders(rider, mine)
            if deleted := self._delete(rider, rider.source, mine):
                self.gone[rider.key] += deleted

    # At once: circles that only a single transaction can remove

    def _together(self, turn: tuple[str, ...], guard: Guard) -> None:
        self.keys.remember_before(*turn)
        try:
            with self._timed(turn[0], guard, 0):
                self.session.defer()
                chosen = [(self.targets.by_key[key], self._all(self.targets.by_key[key])) for key in turn]
                count = sum(len(places) for _, found in chosen for _, places in found)
                if count > TOGETHER_ROWS:
                    facts: dict[str, str | int] = {"tables": ", ".join(turn), "keys": "…", "most": TOGETHER_ROWS}
                    raise RefusedError((Refusal(Code.TOGETHER, facts | {"count": count}),))
                for target, found in chosen:
                    self.neighbours.check(target, within=set(turn))
                    for source, places in found:
                        condition = self.session.among(target.alias, places)
                        if places and (deleted := self._delete(target, source, condition)):
                            self.gone[target.key] += deleted
        except TimeoutError as error:
            self.gone.clear()
            raise SlowError(f"{', '.join(turn)} take longer together than a batch may: {error}") from error
        except BaseException:
            self.gone.clear()
            raise

    def _all(self, target: Target) -> list[tuple[str, list[Stretch]]]:
        place = "rowid" if self.session.engine == "sqlite" else "ctid::text"
        conditions = [target.predicate]
        if target.key in self.remembered:
            conditions = [self.keys.condition(target, group) for group in self.keys.groups(target.key)]
        found = []
        for _, source in self.targets.holders(target):
            places: dict[str, None] = {}
            for condition in conditions:
                sql = f"SELECT {target.alias}.{place} FROM {source} WHERE {condition} LIMIT {TOGETHER_ROWS + 1}"
                places |= dict.fromkeys(str(row[0]) for row in self.session.rows(sql + self.session.lock))
            found.append((source, [Stretch(1, one, one) for one in places]))
        return found

    # What every batch does

    @contextmanager
    def _timed(self, key: str, guard: Guard, rows: int) -> Iterator[None]:
        """A transaction that asks the guard first and is limited from then on; its size teaches the next one."""
        with self.session.transaction(key):
            self.session.alone(self.keys.owner)
            guard()
            started = time.monotonic()
            self.session.limit()
            yield
            self.still()
        self.sizes[key].learn(rows, time.monotonic() - started)

    def _delete(self, target: Target, source: str, condition: str) -> int:
        return self.session.change(f"DELETE FROM {source} WHERE {condition}", target.key)

    def left(self, target: Target) -> int:
        """Rows that should be gone: by the condition, and by remembered key where the condition says no longer."""
        condition = f"({target.predicate})"
        if target.shared:
            condition += f" AND NOT {self.neighbours.usage.used(target)}"
        remembered = sum(self._count(target, self.stays(target, group)) for group in self.keys.groups(target.key))
        return max(self._count(target, condition), remembered)

    def missing(self, target: Target, before: int, seconds: float) -> int:
        """How many of the tenant's rows are gone, of ``before``; TimeoutError when counting takes longer."""
        deadline = time.monotonic() + seconds
        with self.session.transaction(target.key):
            self.session.alone(self.keys.owner)
            if seconds <= BATCH_SECONDS:
                self.session.limit()
            known = there = 0
            for group in self.keys.groups(target.key):
                known += len(group)
                there += self._count(target, self.keys.condition(target, group))
                if time.monotonic() > deadline:
                    raise TimeoutError(f"Counting what is left of {target.key} takes too long.")
            return known - there if known else max(before - self._count(target, target.predicate), 0)

    def stays(self, target: Target, keys: Sequence[str]) -> str:
        """The condition that a row with one of these keys is there although nobody uses it."""
        named = self.keys.condition(target, keys)
        if target.key in self.targets.rides:
            way = self.targets.rides[target.key]
            owner = self.targets.by_key[way.collection]
            listed = self.targets.listed(owner.alias, way.references)
            mine = self.targets.columns(target.alias, way.fields)
            return f"{named} AND {mine} NOT IN (SELECT {listed} FROM {owner.source})"
        return f"{named} AND NOT {self.neighbours.usage.used_now(target)}" if target.shared else named

    def _count(self, target: Target, condition: str) -> int:
        return int(self.session.rows(f"SELECT count(*) FROM {target.source} WHERE {condition}")[0][0])

    def close(self) -> None:
        """Ends all walks."""
        for walk in self.walks.values():
            walk.close()
