"""The whole pipeline on the local Azure: the one room that knows both tuneops and local_azure."""
