from typing import Any

def parse(
    url_file_stream_or_string: bytes,
    *,
    response_headers: dict[str, str] = ...,
    resolve_relative_uris: bool = ...,
    sanitize_html: bool = ...,
) -> Any: ...
