"""The local Azure, for tests that run the scripts against it."""

from tests.local_azure.conftest import local_azure, start_local_azure

__all__ = ["local_azure", "start_local_azure"]
