"""Doctor looks at a local Azure of its own."""

from tests.local_azure.conftest import local_azure, start_local_azure

__all__ = ["local_azure", "start_local_azure"]
