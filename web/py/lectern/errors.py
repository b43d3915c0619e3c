"""Every error that Lectern raises on purpose.

::

    LecternError
    ├── InputError              what was asked for can't be done as asked
    │   ├── EmptyText           empty_text
    │   ├── BadOption           bad_option
    │   ├── UnknownVoice        unknown_voice
    │   ├── UnknownSpeaker      unknown_speaker
    │   ├── TooLarge            too_large
    │   └── DocumentUnreadable  document_unreadable
    ├── VoiceError              the voice itself is at fault
    │   ├── VoiceUnreadable     voice_unreadable
    │   ├── VoiceNotInstalled   voice_not_installed
    │   └── IntegrityError      integrity
    ├── ResourceError           something outside the program refused
    │   ├── NetworkError        network            (retryable)
    │   ├── QuotaError          quota
    │   └── StoreError          store              (retryable)
    └── EngineError             the machinery failed
        ├── EngineLost          engine_lost        (retryable)
        ├── EngineTimeout       engine_timeout     (retryable)
        ├── InferenceFailed     inference_failed
        ├── PhonemizerFailed    phonemizer_failed
        └── ProtocolError       protocol

A message says what was wrong and what to do about it. ``code`` is what programs
compare; it crosses to the page with the message, ``retryable`` and the ``reason`` of what has one.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class Reason(StrEnum):
    """Why a document can't be read; the page has a sentence for each (``view/problems.js``)."""

    EMPTY = "empty"  # nothing in it, or no words
    PICTURES_ONLY = "pictures_only"  # scanned pages
    NOT_TEXT = "not_text"  # bytes of no kind that is known
    UNSUPPORTED = "unsupported"  # a kind that is known and not opened: a picture, Word
    ENCRYPTED = "encrypted"  # a password, DRM
    CUT = "cut"  # its beginning is right and its end is missing
    TOO_MUCH = "too_much"  # beyond the limits of its kind
    GONE = "gone"  # the file can't be read any more
    BROKEN = "broken"  # anything else


class VoiceReason(StrEnum):
    """Why a voice's files are refused, where there is more to say than that they are; the page
    has a sentence for each (``view/problems.js``)."""

    OTHER_VOICE = "other_voice"  # the model and the JSON are of different voices
    CHINESE = "chinese"  # its phonemes are pinyin, which espeak-ng does not give


class LecternError(Exception):
    """Base of all errors of this package."""

    code: ClassVar[str] = "internal"
    retryable: ClassVar[bool] = False
    #: One of ``Reason``, or "" for errors that have none.
    reason: str = ""

    @property
    def message(self) -> str:
        return str(self.args[0]) if self.args else self.code


class InputError(LecternError):
    """What was asked for can't be done as asked."""

    code = "bad_option"


class EmptyText(InputError):
    """There is nothing in the text that can be spoken."""

    code = "empty_text"


class BadOption(InputError):
    """An option has a wrong type or lies outside its range."""

    code = "bad_option"


class UnknownVoice(InputError):
    """No voice of the catalogue has this id."""

    code = "unknown_voice"


class UnknownSpeaker(InputError):
    """The voice has no speaker of this name or number."""

    code = "unknown_speaker"


class TooLarge(InputError):
    """The result would be larger than its format allows, or a document larger than can be read."""

    code = "too_large"


class DocumentUnreadable(InputError):
    """The document is broken, or not of the kind that it claims to be.

    ``reason`` may come from the page's side as any text: what is unknown is ``Reason.BROKEN``.
    """

    code = "document_unreadable"

    def __init__(self, message: str, reason: str = Reason.BROKEN) -> None:
        super().__init__(message)
        known = {str(one): one for one in Reason}
        self.reason = known.get(reason, Reason.BROKEN)


class VoiceError(LecternError):
    """The voice itself is at fault."""

    code = "voice_unreadable"


class VoiceUnreadable(VoiceError):
    """The voice's JSON or model is not what Piper publishes. ``reason``: see ``VoiceReason``."""

    code = "voice_unreadable"

    def __init__(self, message: str, reason: VoiceReason | None = None) -> None:
        super().__init__(message)
        self.reason = reason or ""


class VoiceNotInstalled(VoiceError):
    """The voice is known, but its files are not here."""

    code = "voice_not_installed"


class IntegrityError(VoiceError):
    """A file's bytes are not those that its SHA-256 promises."""

    code = "integrity"


class ResourceError(LecternError):
    """Something outside the program refused."""

    code = "store"


class NetworkError(ResourceError):
    """A file could not be fetched."""

    code = "network"
    retryable = True


class QuotaError(ResourceError):
    """The browser gives no more storage."""

    code = "quota"


class StoreError(ResourceError):
    """The durable store failed; speech goes on without it."""

    code = "store"
    retryable = True


class EngineError(LecternError):
    """The machinery failed."""

    code = "inference_failed"


class EngineLost(EngineError):
    """A worker died with the request in it."""

    code = "engine_lost"
    retryable = True


class EngineTimeout(EngineError):
    """A worker did not answer within the deadline of the request."""

    code = "engine_timeout"
    retryable = True


class InferenceFailed(EngineError):
    """onnxruntime refused the model or the run."""

    code = "inference_failed"


class PhonemizerFailed(EngineError):
    """espeak-ng could not turn the text into phonemes."""

    code = "phonemizer_failed"


class ProtocolError(EngineError):
    """A message that is none of protocol.js, or of another version of it."""

    code = "protocol"


def all_errors() -> dict[str, type[LecternError]]:
    """Every concrete error by its code."""
    found: dict[str, type[LecternError]] = {}
    pending: list[type[LecternError]] = [LecternError]
    while pending:
        kind = pending.pop()
        children = kind.__subclasses__()
        pending.extend(children)
        if not children:
            found[kind.code] = kind
    return found
