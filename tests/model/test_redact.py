"""What of an address is a secret, wherever it stands."""

from __future__ import annotations

import pytest

from pipeline.model.redact import holds_secret, is_secret_name, without_secrets


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://isle.test/rss?api_key=k1", "https://isle.test/rss?api_key=…"),
        ("https://isle.test/rss?format=full&token=k1&page=2", "https://isle.test/rss?format=full&token=…&page=2"),
        ("https://isle.test/rss?api%5Fkey=k1", "https://isle.test/rss?api%5Fkey=…"),
        ("https://isle.test/rss?a=1;access-token=k1", "https://isle.test/rss?a=1;access-token=…"),
        ("https://isle.test/rss?X-Amz-Signature=k1", "https://isle.test/rss?X-Amz-Signature=…"),
        ("https://isle.test/rss?subscription-key=k1", "https://isle.test/rss?subscription-key=…"),
        ("https://ann:pw@isle.test:8080/rss", "https://…@isle.test:8080/rss"),
        ("https://isle.test/rss#access_token=k1", "https://isle.test/rss#access_token=…"),
        ("json://isle.test/k1", "json://…"),
    ],
)
def test_of_an_address_what_sounds_like_a_key_is_struck_out(address: str, shown: str) -> None:
    assert without_secrets(address) == shown
    assert without_secrets(f"feed at {address}") == f"feed at {shown}"
    assert holds_secret(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://isle.test/rss?author=reuters&keyword=haiti",
        "https://isle.test/rss?token=&page=2",
        "https://isle.test/a?b#c",
        "https://isle.test/a?monkey=1",
        "no address",
        "",
    ],
)
def test_an_address_without_a_key_stays_as_it_was_written(address: str) -> None:
    assert without_secrets(address) == address
    assert not holds_secret(address)


@pytest.mark.parametrize("text", ["https://isle.test/rss?token=k1", "https://ann:pw@isle.test/"])
def test_what_was_struck_out_once_stays_so(text: str) -> None:
    assert without_secrets(without_secrets(text)) == without_secrets(text)


@pytest.mark.parametrize("name", ["password", "API_KEY", "apiKey", "x-api-key", "key", "Authorization"])
def test_names_that_sound_like_a_key(name: str) -> None:
    assert is_secret_name(name)
