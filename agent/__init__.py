"""Máy ký: a small program on a person's own computer that signs with the device plugged in there.

It stands on httpx, python-pkcs11, cryptography and PDFium alone, calls out to the one address it is
paired with, listens on no port, and signs nothing it has not looked at itself.
"""
