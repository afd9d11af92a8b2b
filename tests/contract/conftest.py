from tests.unit.signing.desk import desk, sealed, signed

__all__ = ["desk", "sealed", "signed"]
