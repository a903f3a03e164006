"""Wire messages <-> plain data. Pure.

`erp`: maru.erp.v1, as the chat core asks and reads it. `chat`: maru.chat.v1, as it is told.
"""
