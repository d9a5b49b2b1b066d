"""A sentence for people, in both languages: for what is not known before it is said."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sentence:
    """`text` is the Chinese."""

    text: str
    english: str

    def __str__(self) -> str:
        return self.text

    def said(self, language: str) -> str:
        """In Chinese, or in English for `en`."""
        return self.english if language.startswith("en") else self.text

    def as_json(self) -> dict[str, str]:
        return {"text": self.text, "english": self.english}
