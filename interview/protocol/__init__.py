"""The wire protocol: the single source for Python, JSON Schema and generated TypeScript.

Version 1 is the guide's JSON. Version 2 is negotiated by the WebSocket subprotocol
`intervue.v2` and only adds to it.
"""

SUBPROTOCOL_V2 = "intervue.v2"
