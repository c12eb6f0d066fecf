"""What somebody does to sign a form, and what is still missing before it counts. Pure: no database."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from knai.practice import ink
from knai.practice.form_words import FormWords

PATIENT, REPRESENTATIVE = "patient", "legal_representative"
SIGNERS = (PATIENT, REPRESENTATIVE)
Wrong = tuple[str, str]  # the field, and what to do


@dataclass(frozen=True, slots=True)
class Signing:
    """One form signed on the screen.

    strokes       as drawn; typed_name: instead of drawing
    cannot_write  the signer agrees in words; the witness signs by typing their name
    understands   what the signer says to “I understand that this use is off-label”; None: not asked yet
    answers       to the form's questions, in their order; None: not answered
    """

    form_id: UUID
    signer: str = PATIENT
    signer_name: str = ""  # of a representative; the patient's own is known
    authority: str = ""
    has_read: bool = False
    understands: bool | None = None
    answers: tuple[bool | None, ...] = ()
    strokes: ink.Strokes = field(default=(), repr=False)
    typed_name: str = ""
    cannot_write: bool = False
    witness: str = ""
    witness_is_staff: bool = False

    @property
    def how(self) -> str:
        if self.cannot_write:
            return "mark"
        return "drawn" if self.strokes else "typed"


@dataclass(frozen=True, slots=True)
class OnPaper:
    """A form that was signed by hand, with the scan that shows it.

    seen   who enters it looked: every page is there, and a signature is on it
    """

    form_id: UUID
    signed_at: datetime
    scan: bytes = field(repr=False)
    scan_name: str
    signer: str = PATIENT
    signer_name: str = ""
    authority: str = ""
    understands: bool | None = None
    witness: str = ""
    seen: bool = False
    cannot_write: bool = False


def list_wrong_on_paper(
    paper: OnPaper, words: FormWords, patient_name: str, latest: datetime
) -> list[Wrong]:
    """What keeps a scan from being a consent. latest: the last instant it can have been signed at."""
    name = signer_name(paper, patient_name)
    checks = (_signer, _off_label, _witness)
    found = [wrong for check in checks for wrong in check(paper, words, name)]
    if paper.signed_at > latest:
        found.append(("signed_at", "This lies in the future. When was it signed?"))
    if not paper.scan:
        found.append(
            ("scan", "Choose the scan or a photograph. Without it the consent does not count.")
        )
    if not paper.seen:
        found.append(
            ("seen", "Look at the scan: is every page there, and the signature? Then tick.")
        )
    return found


def list_wrong(signing: Signing, words: FormWords, patient_name: str) -> list[Wrong]:
    """Everything that keeps this from being a signed consent; nothing when it may count."""
    checks = (_signer, _read, _off_label, _answers, _signature, _witness)
    name = signer_name(signing, patient_name)
    return [wrong for check in checks for wrong in check(signing, words, name)]


def signer_name(signing: Signing | OnPaper, patient_name: str) -> str:
    return patient_name if signing.signer == PATIENT else signing.signer_name.strip()


def _signer(signing: Signing | OnPaper, words: FormWords, name: str) -> Iterator[Wrong]:
    if signing.signer not in SIGNERS:
        yield "signer", "Who signs: the patient, or who may sign for them?"
    if signing.signer == REPRESENTATIVE:
        if not signing.signer_name.strip():
            yield "signer_name", "Write the full name of who signs for the patient."
        if not signing.authority.strip():
            yield "authority", "Write what gives the representative authority."


def _read(signing: Signing, words: FormWords, name: str) -> Iterator[Wrong]:
    if not signing.has_read:
        yield "has_read", "Read the form to its end, or have it read out, and tick this."


def _off_label(signing: Signing | OnPaper, words: FormWords, name: str) -> Iterator[Wrong]:
    if words.off_label_statement.strip() and signing.understands is None:
        yield "understands", "Say yes or no. Without a yes no session can start."


def _answers(signing: Signing, words: FormWords, name: str) -> Iterator[Wrong]:
    for number, question in enumerate(words.questions):
        said = signing.answers[number] if number < len(signing.answers) else None
        if said is None:
            yield f"answer_{number}", "Right or wrong?"
        elif said is not question.right:
            yield f"answer_{number}", "Talk this through together, then answer again."


def _signature(signing: Signing, words: FormWords, name: str) -> Iterator[Wrong]:
    if signing.cannot_write:
        return
    if signing.strokes:
        if not ink.is_signature(signing.strokes):
            yield (
                "ink",
                "This is too little ink to be a signature. Sign in the box, or type the full name.",
            )
    elif not signing.typed_name.strip():
        yield "ink", "Nothing is signed yet. Sign in the box, or type the full name."
    elif name and not is_same_name(signing.typed_name, name):
        yield "typed_name", "Wanted the full name of who signs, as it stands above."


def _witness(signing: Signing | OnPaper, words: FormWords, name: str) -> Iterator[Wrong]:
    witness = signing.witness.strip()
    if not witness and signing.cannot_write:
        yield "witness", "Who cannot write signs before a witness. Type the witness's full name."
    elif not witness and words.needs_witness:
        yield "witness", "This form needs a witness. Type their full name."
    elif witness and is_same_name(witness, name):
        yield "witness", "A witness is somebody other than who signs."


def is_same_name(one: str, other: str) -> bool:
    """Whether two writings of a name differ in case, accents and spaces only."""
    return _bare(one) == _bare(other)


def _bare(name: str) -> str:
    signs = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(s for s in signs if not unicodedata.combining(s)).split())
