"""The chassis every service stands on.

What a service's core may import: `errors`, `clock`, `identity`. What its `app.py`, `servicer.py` and adapters
may import besides: `settings`, `server`, `clients`, `status`, `metrics`, `logs`. Tests import `testing`.
Access of every RPC is decided in `access`, and only there.
"""
