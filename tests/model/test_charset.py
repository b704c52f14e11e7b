"""From bytes to text: what HTTP, the page and the bytes themselves say of the charset."""

from __future__ import annotations

import codecs

import pytest

from pipeline.model.charset import Decoded, decode

FRENCH = "<p>Le Conseil de sécurité a créé une force à Haïti, « la plus grande », l’été dernier.</p>"
RUSSIAN = "<p>Совет Безопасности одобрил новые силы для Гаити, Россия и Китай воздержались при голосовании.</p>"
CZECH = "<p>Rada bezpečnosti v úterý schválila nové síly pro Haiti, vojáci vyrazí v říjnu a někteří z nich později.</p>"
JAPANESE = "<p>安全保障理事会は火曜日、ハイチのための新しい部隊を承認した。</p>"


def head(charset: str) -> bytes:
    return f'<html><head><meta charset="{charset}"></head><body>'.encode()


def test_utf8_needs_no_label() -> None:
    assert decode(FRENCH.encode(), "text/html")[:2] == (FRENCH, "utf-8")


def test_ascii_is_utf8() -> None:
    assert decode(b"<p>plain</p>", "text/html; charset=ascii")[:2] == ("<p>plain</p>", "utf-8")


@pytest.mark.parametrize(
    ("mark", "codec"),
    [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")],
)
def test_a_byte_order_mark_goes_before_every_label(mark: bytes, codec: str) -> None:
    assert decode(mark + FRENCH.encode(codec), "text/html; charset=windows-1251")[:2] == (FRENCH, codec)


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("windows-1252", "cp1252", FRENCH),
        ("Windows-1251", "cp1251", RUSSIAN),
        ("koi8-r", "koi8-r", RUSSIAN),
        ("Shift_JIS", "cp932", JAPANESE),
        ("EUC-JP", "euc_jp", JAPANESE),
        ('"windows-1251"', "cp1251", RUSSIAN),
        ("utf-16le", "utf-16-le", FRENCH),
    ],
)
def test_the_charset_of_http_is_used(label: str, codec: str, text: str) -> None:
    assert decode(text.encode(codec), f"text/html; Charset={label}")[:2] == (text, codec)


@pytest.mark.parametrize(
    "meta",
    [
        '<meta charset="windows-1251">',
        "<META CHARSET=windows-1251>",
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">',
        "<meta content='text/html;charset=windows-1251' http-equiv=content-type />",
        '<?xml version="1.0" encoding="windows-1251"?>',
    ],
)
def test_the_charset_that_the_page_names_is_used(meta: str) -> None:
    text, codec, *_ = decode(f"{meta}{RUSSIAN}".encode("cp1251"), "text/html")

    assert codec == "cp1251"
    assert RUSSIAN in text


def test_http_goes_before_the_page() -> None:
    assert decode(head("koi8-r") + RUSSIAN.encode("cp1251"), "text/html; charset=windows-1251")[1] == "cp1251"


def test_latin_1_means_windows_1252_as_in_browsers() -> None:
    text = "<p>Haïti – “la force”</p>"

    assert decode(text.encode("cp1252"), "text/html; charset=iso-8859-1")[:2] == (text, "cp1252")


def test_a_label_after_4_kilobytes_is_not_looked_for() -> None:
    late = b" " * 4096 + head("koi8-r") + FRENCH.encode("cp1252")

    assert decode(late, "text/html")[1] != "koi8-r"


def test_a_wrong_label_gives_way_to_the_next() -> None:
    body = head("windows-1251") + RUSSIAN.encode("cp1251")

    text, codec, *_ = decode(body, "text/html; charset=utf-8")

    assert codec == "cp1251"
    assert RUSSIAN in text


def test_utf8_under_a_servers_default_of_latin_1_is_utf8() -> None:
    assert decode(FRENCH.encode(), "text/html; charset=ISO-8859-1")[:2] == (FRENCH, "utf-8")


def test_a_page_that_was_read_as_ascii_is_not_utf16_whatever_it_says() -> None:
    text, codec, *_ = decode(head("utf-16") + FRENCH.encode(), "text/html")

    assert codec == "utf-8"
    assert FRENCH in text


@pytest.mark.parametrize(
    "label", ["rot13", "base64", "unicode_escape", "utf-7", "idna", "zlib", "no-such", "../x", "punycode"]
)
def test_a_label_that_is_no_charset_of_the_web_is_passed_over(label: str) -> None:
    assert decode(FRENCH.encode(), f"text/html; charset={label}")[:2] == (FRENCH, "utf-8")


def test_utf8_under_a_label_whose_pairs_of_bytes_read_it_too_is_utf8() -> None:
    text = "<p>Совет Безопасности</p>"
    assert text.encode().decode("gb18030") != text  # the label's codec takes the bytes, and makes other words of them

    assert decode(text.encode(), "text/html; charset=gb2312") == Decoded(text, "utf-8")


def test_a_few_letters_beyond_ascii_are_not_guessed_from() -> None:
    text = "<title>Haïti – « vote » à Genève</title>"

    assert decode(text.encode("cp1252"), "") == Decoded(text, "cp1252")


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("x-sjis", "cp932", JAPANESE),
        ("ks_c_5601-1987", "cp949", "<p>안전보장이사회</p>"),
        ("x-x-big5", "big5hkscs", "<p>安理會</p>"),
        ("x-gbk", "gb18030", "<p>安理会</p>"),
        ("latin5", "cp1254", "<p>Birleşmiş Milletler</p>"),
        ("windows-874", "cp874", "<p>คณะมนตรี</p>"),
        ("x-mac-cyrillic", "mac-cyrillic", RUSSIAN),
        ("x-cp1251", "cp1251", RUSSIAN),
        ("koi8-ru", "koi8-u", RUSSIAN),
        ("iso-2022-jp", "iso2022_jp", JAPANESE),
    ],
)
def test_a_label_is_read_as_browsers_read_it(label: str, codec: str, text: str) -> None:
    assert decode(text.encode(codec), f"text/html; charset={label}") == Decoded(text, codec)


def test_utf8_with_one_broken_character_stays_utf8() -> None:
    body = FRENCH.encode() * 20 + b"\xe9 end"

    text, codec, *_ = decode(body, "text/html; charset=utf-8")

    assert codec == "utf-8"
    assert text.count("\ufffd") == 1


def test_windows_1252_under_a_label_of_utf8_is_read_as_what_it_is() -> None:
    assert decode(FRENCH.encode("cp1252"), "text/html; charset=utf-8")[:2] == (FRENCH, "cp1252")


@pytest.mark.parametrize(
    ("codec", "text"), [("cp1252", FRENCH * 3), ("cp1250", CZECH * 3), ("cp1251", RUSSIAN * 3), ("cp932", JAPANESE * 3)]
)
def test_without_a_label_the_charset_is_guessed(codec: str, text: str) -> None:
    assert decode(text.encode(codec), "")[0] == text


def test_what_nothing_can_read_is_read_with_marks() -> None:
    text = decode(b"<p>" + bytes(range(0x80, 0x100)) * 3 + b"\x81\x8d</p>", "").text

    assert text.startswith("<p>")
    assert text.endswith("</p>")


def test_nul_characters_are_removed() -> None:
    assert decode(b"<p>na\0me</p>\0", "")[0] == "<p>name</p>"


def test_no_bytes_are_no_text() -> None:
    assert decode(b"", "text/html; charset=")[:2] == ("", "utf-8")


def test_a_long_run_of_meta_tags_takes_no_time() -> None:
    assert decode(b"<meta " * 200_000 + FRENCH.encode(), "")[1] == "utf-8"
