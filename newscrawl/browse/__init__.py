"""An archive as a web page: `index` lays its ledger out for searching, `plugin` and `server` show it with Datasette.

Only `search` and `index` do without the extra `browse`.
"""
