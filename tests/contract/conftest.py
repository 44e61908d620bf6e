from tests.e2e.conftest import rasa

__all__ = ["rasa"]
