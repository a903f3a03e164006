"""Wire messages <-> plain data: maru.erp.v1 as the chat core reads it, maru.chat.v1 as it is told. Pure."""
