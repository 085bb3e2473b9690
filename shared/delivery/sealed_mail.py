"""A document sealed for one recipient's mailbox: an S/MIME enveloped file that only its certificate's key opens.

RFC 8551 enveloped-data, AES-256 (CBC) for the content, RSA for its key.
"""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7EnvelopeBuilder, PKCS7Options

from shared.delivery.letters import Attachment

CONTENT_TYPE = "application/pkcs7-mime"
FILENAME = "smime.p7m"


class CertificateUnusable(ValueError):
    """A recipient's certificate cannot seal anything; the message says why."""


def certificate_at(path: Path) -> x509.Certificate:
    """The certificate in a PEM file. Raises `CertificateUnusable` where it cannot be read or holds no RSA key."""
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise CertificateUnusable(f"{path.name} holds no certificate in PEM ({type(error).__name__}).") from error
    if not isinstance(certificate.public_key(), RSAPublicKey):
        raise CertificateUnusable(f"{path.name} holds no RSA key: ask the recipient for an RSA certificate.")
    return certificate


def sealed_for(certificate: x509.Certificate, text: str, files: Sequence[Attachment], moment: datetime) -> bytes:
    """The DER bytes of an envelope with the words for a person and files: the document as JSON, and what goes with it.

    `moment` is aware. Raises `CertificateUnusable` for a certificate that is not valid at it.
    """
    if not certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc:
        raise CertificateUnusable("The recipient's certificate is not valid now: ask for its new one.")
    inner = EmailMessage()
    inner.set_content(text)
    for file in files:
        main, _, sub = file.content_type.partition("/")
        inner.add_attachment(file.content, maintype=main, subtype=sub, filename=file.filename)
    envelope = PKCS7EnvelopeBuilder().set_data(inner.as_bytes()).add_recipient(certificate)
    return envelope.set_content_encryption_algorithm(AES256).encrypt(Encoding.DER, [PKCS7Options.Binary])
