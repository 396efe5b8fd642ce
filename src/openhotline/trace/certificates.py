"""The names in a certificate, read without believing them."""

from __future__ import annotations

from cryptography import x509

MANY = 50


def names_in(raw: bytes) -> tuple[str, ...]:
    """The DNS names of a DER certificate, in small letters; none where it cannot be read or there is none."""
    if not raw:
        return ()
    try:
        extension = x509.load_der_x509_certificate(raw).extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
        found = extension.value.get_values_for_type(x509.DNSName)
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return ()
    return tuple(name.lower() for name in found[:MANY])
