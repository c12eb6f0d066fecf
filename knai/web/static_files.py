"""Static files under names that hold a hash of what is in them."""

from functools import cache

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Each address is worked out once: a page names dozens, and they change with a new process only."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._addresses = cache(super().url)

    def url(self, name: str | None, force: bool = False) -> str:
        return super().url(name, force) if force else self._addresses(name)
