"""Labels and values on lines of their own: the data sheets that scrapers make of tables and lists.

What the trouble looks like: `Employees`, below it `11-50`, below that `Founded`, and so on, or each value
above its label. What is left alone: a label between paragraphs, a row of menu entries, a value that is a
text of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from dedupe import words
from dedupe.model import Fact, Line
from dedupe.pairs import LABEL_CHARACTERS, is_label, to_key
from dedupe.values import is_believable, value_kinds

# From here on a "value" is a text of its own.
_SHORT_VALUE = 70


class Stacks:
    """The lines of one text with the labels among them; `taken` are lines that are facts already."""

    def __init__(self, lines: Sequence[Line], labels: Mapping[str, str], taken: Collection[int]) -> None:
        self.lines = lines
        self.weak = words.weak_labels()
        self.taken = taken
        self.label_at = {
            i: key
            for i, line in enumerate(lines)
            if i not in taken
            and len(line.text) <= LABEL_CHARACTERS
            and (key := labels.get(words.fold(line.text)))
        }

    def runs(self) -> Iterator[list[Fact]]:
        """Give the runs of facts whose label stands on a line of its own, above or below the value."""
        done: set[int] = set()
        for i in sorted(self.label_at):
            if i in done:
                continue
            chain = [i]
            while (nearest := self.next_label(chain[-1])) is not None:
                chain.append(nearest)
            facts = self.stack(chain)
            done.update(chain)
            if facts:
                yield facts

    def next_label(self, i: int) -> int | None:
        """Give the next label of a chain: two lines on, or four with an unknown label between."""
        if not all(self.is_short(k) and k not in self.taken for k in (i + 1, i + 2)):
            return None
        if i + 2 in self.label_at:
            return i + 2
        if i + 4 in self.label_at and all(self.is_short(k) and k not in self.taken for k in (i + 3, i + 4)):
            return i + 4 if is_label(self.lines[i + 2].text.rstrip(":：")) else None
        return None

    def stack(self, chain: list[int]) -> list[Fact]:
        """Read a chain of labels with the values between them; give nothing if it is no data sheet."""
        keys = {self.label_at[i] for i in chain}
        strong = keys - self.weak
        step = self.direction(chain)
        if step is None:
            return []
        if len(keys) == 1:
            key = next(iter(keys))
            value = self.lines[chain[0] + step].text
            if not strong or not is_believable(key, value):
                return []
        elif not strong:
            return []
        facts = []
        for i in range(chain[0], chain[-1] + 1, 2):
            label, value = self.lines[i].text, self.lines[i + step].text
            span = (i, i + step) if step > 0 else (i + step, i)
            facts.append(Fact(self.label_at.get(i) or to_key(label), value, span, "label and value lines"))
        return self.extend(facts, step)

    def direction(self, chain: list[int]) -> int | None:
        """Tell where the values stand: 1 below their labels, -1 above, None where neither can be."""
        below, above = chain[-1] + 1, chain[0] - 1
        can_below = self.is_short(below) and below not in self.taken
        can_above = self.is_short(above) and above not in self.taken
        if can_below and can_above:
            kinds_above = value_kinds(self.lines[above].text) - {"list", "ticker"}
            kinds_below = value_kinds(self.lines[below].text) or len(self.lines[below].text) < _SHORT_VALUE
            return -1 if kinds_above and not kinds_below else 1
        return 1 if can_below else -1 if can_above else None

    def extend(self, facts: list[Fact], step: int) -> list[Fact]:
        """Take in unknown labels at both ends of a chain whose values are plainly those of facts."""
        for way in (-2, 2):
            edge = facts[0 if way < 0 else -1]
            i = edge.lines[0] if step > 0 else edge.lines[1]
            while True:
                i += way
                pair = sorted((i, i + step))
                if any(k in self.taken or not self.is_short(k, is_menu=k == i) for k in pair):
                    break
                label, value = self.lines[i].text, self.lines[i + step].text
                kinds = value_kinds(value) - {"list", "ticker"}
                if not kinds or value_kinds(label) - {"list", "ticker"} or not is_label(label.rstrip(":：")):
                    break
                fact = Fact(to_key(label), value, (pair[0], pair[1]), "label and value lines")
                facts = [fact, *facts] if way < 0 else [*facts, fact]
        return facts

    def is_short(self, i: int, is_menu: bool = False) -> bool:
        """Tell whether a line can be a label or a value; `is_menu`: even if it is a word of menus (`Web`)."""
        if not 0 <= i < len(self.lines):
            return False
        text = self.lines[i].text
        if len(text) > _SHORT_VALUE or self.lines[i].is_prose:
            return False
        return is_menu or bool(value_kinds(text)) or words.furniture(words.fold(text)) is None
