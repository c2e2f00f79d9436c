"""Static files under names that carry a hash of their content."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Also rewrites the names by which the phone's modules import each other.

    Django's own `support_js_module_import_aggregation` reads every script there is, and finds imports in comments of
    other people's.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("patrol/*.js", ((r"""(?P<matched>from "(?P<url>\.{1,2}/[^"]+)";)""", 'from "%(url)s";'),)),
    )
