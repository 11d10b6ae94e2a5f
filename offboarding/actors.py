"""Who did something: staff, a customer's contact, or a command. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """Written into journal and records as ``staff:3:sam``, ``contact:12`` or ``machine:fetch_notices``."""

    text: str

    @classmethod
    def staff(cls, user_id: int, name: str) -> Actor:
        """A person of the vendor's."""
        return cls(f"staff:{user_id}:{name}")

    @classmethod
    def contact(cls, contact_id: int) -> Actor:
        """A person of the customer's; the name stays in the contact's row."""
        return cls(f"contact:{contact_id}")

    @classmethod
    def machine(cls, name: str) -> Actor:
        """A command or a worker."""
        return cls(f"machine:{name}")

    def __str__(self) -> str:
        return self.text
