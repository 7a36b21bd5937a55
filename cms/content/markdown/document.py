"""What a source becomes: its text and the footnotes to it, as HTML and as parts."""

from collections.abc import Iterator

from cms.content.markdown import LONGEST_HTML, MarkdownTooComplex, reading
from cms.content.markdown.parser import Source
from cms.content.markdown.parts import Parts
from cms.content.markdown.rules import footnotes
from cms.content.markdown.rules.code import Colouring
from cms.content.markdown.rules.headings import Names


class Flow:
    """The pieces of HTML that follow each other in the text, or in one footnote."""

    def __init__(self, source: Source) -> None:
        self.pieces: list[str] = []
        self.found = reading.Found(source)
        # What waits for its end: the id of a heading depends on those before it, and code is
        # coloured for readers only.
        self._headings: list[tuple[int, str, str]] = []
        self._code: list[tuple[int, str, str]] = []

    def block(self, html: str) -> None:
        """Begin a block, on a line of its own."""
        if self.pieces and self.pieces[-1][-1:] != "\n":
            self.pieces.append("\n")
        self.pieces.append(html)

    def heading(self, at: int, tag: str, words: str) -> None:
        """Say what the heading says that begins with the piece ``at``."""
        self._headings.append((at, tag, words))

    def code(self, code: str, info: str) -> None:
        """Write a block of code."""
        self.block("\n")
        self._code.append((len(self.pieces) - 1, code, info))

    def name(self, names: Names) -> None:
        """Give the headings their ids."""
        for at, tag, words in self._headings:
            identifier = names.of(words)
            self.found.ids.add(identifier)
            self.pieces[at] = f'<{tag} id="{identifier}">'

    def colour(self, colouring: Colouring) -> None:
        """Write the code in its colours."""
        for at, code, info in self._code:
            self.pieces[at] = colouring.block(code, info)


class Document:
    """The text and its footnotes."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.text = Flow(source)
        # Whether its tags are nested as HTML has it, and not deeply: there is no raw HTML in it, no
        # link inside of a link, and no deep emphasis.
        self.is_orderly = True
        self._notes: dict[str, Flow] = {}
        # Number of each footnote that is referred to, and how often it is; in order.
        self._referred: dict[str, tuple[int, int]] = {}

    def begin_note(self, label: str) -> Flow:
        """The flow of a footnote. Of two with one label the first counts."""
        flow = Flow(self._source)
        self._notes.setdefault(footnotes.key(label), flow)
        return flow

    def refer(self, label: str) -> tuple[int, int]:
        """The number of a footnote, and which of the references to it this one is."""
        key = footnotes.key(label)
        number, times = self._referred.get(key, (len(self._referred) + 1, 0))
        referred = self._referred[key] = number, times + 1
        return referred

    def finish(self) -> None:
        """Give the headings their ids, when all is written."""
        names = Names()
        for flow in self._flows():
            flow.name(names)

    def html(self) -> str:
        """The whole. Raises ``MarkdownTooComplex``."""
        colouring = Colouring()
        for flow in self._flows():
            flow.colour(colouring)
        pieces = [*self.text.pieces, *self._section()]
        if sum(map(len, pieces)) > LONGEST_HTML:
            message = f"The HTML would be longer than {LONGEST_HTML} characters."
            raise MarkdownTooComplex(message)
        return "".join(pieces)

    def parts(self) -> Parts:
        """The parts of the source."""
        ids = {footnotes.note_id(number) for number, _, _ in self._shown()}
        found = [flow.found for flow in self._flows()]
        return reading.parts(found, ids, is_empty=not self.text.pieces and not ids)

    def _flows(self) -> Iterator[Flow]:
        yield self.text
        for _, _, flow in self._shown():
            yield flow

    def _shown(self) -> Iterator[tuple[int, int, Flow]]:
        """Number, references and content of each footnote that is referred to."""
        for key, (number, times) in self._referred.items():
            if key in self._notes:
                yield number, times, self._notes[key]

    def _section(self) -> list[str]:
        notes = [
            piece
            for number, times, flow in self._shown()
            for piece in footnotes.note(number, times, flow.pieces)
        ]
        return footnotes.section(notes) if notes else []
