"""A unit's own photo, film or document beside a campaign: which, and exactly which bytes."""

from dataclasses import dataclass
from uuid import UUID

from domain.messages import MediaKind, MediaRef

_PREFIX = "own:"


@dataclass(frozen=True, slots=True)
class OwnPhoto:
    """A photo, and the SHA-256 of its clean copy in hex; empty while it is still being fetched.

    By its kind it may be a film or a document as well.
    """

    id: UUID
    digest: str = ""
    kind: MediaKind = MediaKind.PHOTO

    @property
    def media(self) -> MediaRef:
        """What a message names it by."""
        return MediaRef(self.kind, f"{_PREFIX}{self.id.hex}:{self.digest}", sealed=True)


def is_own_photo(ref: MediaRef) -> bool:
    """Tell whether a reference names a unit's own photo."""
    return ref.sealed and ref.ref.startswith(_PREFIX)


def read_own_photo(ref: MediaRef) -> OwnPhoto:
    """Return the photo that a reference names.

    Raises: LookupError.
    """
    name, _, digest = ref.ref.removeprefix(_PREFIX).partition(":")
    try:
        return OwnPhoto(UUID(hex=name), digest, ref.kind)
    except ValueError:
        message = "no reference to an own photo"
        raise LookupError(message) from None
