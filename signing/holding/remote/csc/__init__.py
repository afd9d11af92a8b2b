"""The CSC API of the Cloud Signature Consortium, versions 1.0.4 and 2.0."""
